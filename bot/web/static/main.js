// The chat page: conversations on the left, the open one on the right, everything live.

import { Composer } from "/static/composer.js";
import { avatar, byId, el, shortTime, uuid } from "/static/dom.js";
import { Log } from "/static/log.js";
import { get, listen, post } from "/static/net.js";
import { alertBox, lookAt, toast } from "/static/notices.js";
import { ring, ringing } from "/static/ring.js";

const PRESS_MS = 10000;
const me = document.body.dataset.persona;
const app = byId("app");
const wide = window.matchMedia("(min-width: 821px)");
const seen = remembered("seen");
const chats = {}; // by id: what the server said of it, and how many messages are new
const drafts = []; // on their way, or failed
const presses = {}; // by event: what to do when the answer is here
let order = [];
let open = "";
let started = false;

const log = new Log(me, { press: press, reply: reply, retry: deliver, look: lookAt });
const composer = new Composer({ send: send, revise: revise, resized: function () { log.resized(); } });

// ---- what this browser remembers

function remembered(name) {
  try {
    return JSON.parse(localStorage.getItem("pingan." + name + "." + me)) || {};
  } catch (error) {
    return {};
  }
}

function remember(name, value) {
  try {
    localStorage.setItem("pingan." + name + "." + me, JSON.stringify(value));
  } catch (error) {
    return; // private browsing: it is only for this visit then
  }
}

function markSeen(id) {
  const chat = chats[id];
  if (!chat) return;
  chat.unread = 0;
  chat.dot = false;
  if (chat.newest && (seen[id] || "") < chat.newest.id) {
    seen[id] = chat.newest.id;
    remember("seen", seen);
  }
}

// ---- the list

function summary(message) {
  const words = message.text.replace(/\s+/g, " ") || message.label || "[图片]";
  return message.sender && message.sender !== me ? message.name + "：" + words : words;
}

function chatRow(chat) {
  const newest = chat.newest;
  const badge = chat.unread
    ? el("span", { class: "badge", "data-testid": "unread", "aria-label": chat.unread + " 条新消息", text: chat.unread > 99 ? "99+" : chat.unread })
    : chat.dot ? el("span", { class: "badge badge-dot", "data-testid": "unread", role: "img", "aria-label": "有新消息" }) : null;
  return el("li", {}, [
    el("button", {
      class: "chat-row", type: "button", "data-testid": "chat-" + chat.chat_id,
      "aria-current": chat.chat_id === open ? "true" : "false", onclick: function () { enter(chat.chat_id, true); },
    }, [
      avatar(chat.title, chat.private ? "bot" : chat.kind === "民警" ? "staff" : ""),
      el("span", { class: "row-words" }, [
        el("span", { class: "row-first" }, [
          el("span", { class: "row-title", text: chat.title }),
          newest ? el("span", { class: "row-time", text: shortTime(newest.at) }) : null,
        ]),
        el("span", { class: "row-second" }, [
          el("span", { class: "row-last", text: newest ? summary(newest) : hint(chat) }), badge,
        ]),
      ]),
    ]),
  ]);
}

function showList() {
  const list = byId("chats");
  const focused = document.activeElement && list.contains(document.activeElement)
    ? document.activeElement.dataset.testid : "";
  list.textContent = "";
  order.forEach(function (id) { list.appendChild(chatRow(chats[id])); });
  if (focused) {
    const again = list.querySelector('[data-testid="' + focused + '"]');
    if (again) again.focus();
  }
  const elsewhere = order.reduce(function (sum, id) { return sum + (id === open ? 0 : chats[id].unread); }, 0);
  byId("back-badge").hidden = !elsewhere;
  byId("back-badge").textContent = elsewhere;
  showTitle();
}

function showTitle() {
  const all = order.reduce(function (sum, id) { return sum + chats[id].unread; }, 0);
  const mark = ringing() ? "🔴 紧急 · " : "";
  document.title = mark + (all ? "(" + all + ") " : "") + "平安 · " + document.body.dataset.name;
}

function hint(chat) {
  if (chat.private) return "只有您和平安看得到";
  if (chat.kind === "民警") return "工单会发到这里";
  return "说 @民警 就有人接";
}

// ---- opening a chat

function looking() {
  return !document.hidden && (wide.matches || app.dataset.view === "chat");
}

function enter(id, byHand) {
  const chat = chats[id];
  if (!chat) return;
  open = id;
  if (byHand && !wide.matches && app.dataset.view === "list") history.pushState({ chat: id }, "");
  app.dataset.view = "chat";
  byId("chat-title").textContent = chat.title;
  byId("chat-hint").textContent = hint(chat);
  byId("composer").hidden = false;
  composer.reset();
  composer.mentions = chat.private ? [] : app.mentions;
  byId("empty").hidden = true;
  byId("older").hidden = true;
  byId("gentle").hidden = true;
  log.clear();
  load(id);
  if (byHand && wide.matches) composer.focus();
  showList();
}

async function load(id, older) {
  let page;
  byId("log").setAttribute("aria-busy", "true"); // the past is not read aloud
  try {
    page = await get("/chat/history", { persona: me, chat: id, before: older ? log.oldest() : "" });
  } catch (error) {
    if (id === open) toast(error.message);
    return;
  }
  if (id !== open) return;
  setTimeout(function () { byId("log").removeAttribute("aria-busy"); }, 300);
  const height = byId("scroll").scrollHeight;
  page.messages.forEach(function (message) { log.put(message, false); });
  byId("older").hidden = !page.more;
  if (older) {
    byId("scroll").scrollTop += byId("scroll").scrollHeight - height;
    return;
  }
  drafts.forEach(function (draft) { if (draft.chat === id) log.putWaiting(draft); });
  const newest = page.messages[page.messages.length - 1];
  if (newest) noteNewest(newest);
  afterChange();
  log.toBottom();
  if (looking()) markSeen(id);
  showList();
}

function afterChange() {
  const chat = chats[open];
  const empty = log.isEmpty();
  byId("gentle").hidden = empty || chat.private || Boolean(remembered("gentle").read);
  byId("empty").hidden = !empty;
  if (empty) showEmpty(chat);
}

function tries(chat) {
  if (chat.kind === "民警") return ["待办", "帮助"];
  if (chat.private) return app.staff ? ["待办", "帮助"] : ["楼上天天半夜吵，想请民警来看看", "居住证怎么办？"];
  return ["@民警 有人高空抛物", "@派出所 居住证怎么办？"];
}

function showEmpty(chat) {
  const box = byId("empty");
  box.textContent = "";
  box.appendChild(avatar("平安", "bot"));
  box.appendChild(el("h2", { text: chat.private ? "我是平安，有事请说" : "这里还没有人说话" }));
  box.appendChild(el("p", { text: chat.private ? "您说的只有派出所看得到" : "有事就叫一声，平安会找到值班民警" }));
  box.appendChild(el("div", { class: "tries" }, tries(chat).map(function (words) {
    return el("button", {
      class: "try", type: "button", "data-testid": "try", text: "试试：" + words,
      onclick: function () { composer.fill(words); },
    });
  })));
}

function back() {
  app.dataset.view = "list";
  showList();
}

// ---- what comes in

function noteNewest(message) {
  const chat = chats[message.chat];
  if (chat && (!chat.newest || chat.newest.id <= message.id)) chat.newest = message;
}

function arrived(message) {
  const chat = chats[message.chat];
  if (!chat) return;
  const isNew = !chat.newest || chat.newest.id < message.id;
  noteNewest(message);
  if (message.chat === open) {
    log.put(message, true);
    afterChange();
  }
  if (message.chat === open && looking()) markSeen(open);
  else if (isNew && message.sender !== me) chat.unread += 1;
  if (message.loud && isNew) ring(showTitle);
  if (message.ask && message.chat === open && (chat.private || (message.quote && answersMe(message)))) {
    composer.quote(message, false);
    composer.focus();
  }
  showList();
}

function answersMe(message) {
  const asked = log.nodes[message.quote.id];
  return Boolean(asked) && asked.dataset.sender === me;
}

function changed(message) {
  noteNewest(message);
  if (message.chat === open) log.change(message);
  const quoted = composer.quoted; // a question that has been answered needs no answer any more
  if (quoted && quoted.id === message.id && quoted.buttons.length && !message.buttons.length) composer.quote(null);
  showList();
}

function answered(answer) {
  const press = presses[answer.event];
  if (press) press();
  if (!answer.text) return;
  if (answer.alert) alertBox(answer.text);
  else toast(answer.text);
}

async function hello() {
  let state;
  try {
    state = await get("/chat/state", { persona: me });
  } catch (error) {
    toast(error.message);
    return;
  }
  app.mentions = state.mentions;
  app.staff = state.me.staff;
  order = state.chats.map(function (chat) { return chat.chat_id; });
  state.chats.forEach(function (chat) {
    const last = chat.newest;
    const old = chats[chat.chat_id];
    chat.unread = old ? old.unread : 0;
    chat.dot = Boolean(last) && last.sender !== me && last.id > (seen[chat.chat_id] || "");
    chats[chat.chat_id] = chat;
  });
  if (!started) start();
  else if (open) refresh();
  showList();
}

// The stream was cut for too long: what is shown may have holes.
function refresh() {
  log.clear();
  load(open);
}

function start() {
  started = true;
  const wanted = new URLSearchParams(location.search).get("chat");
  const groups = order.filter(function (id) { return !chats[id].private; });
  const first = app.staff || !groups.length ? order[0] : groups[0];
  if (chats[wanted]) enter(wanted, false);
  else if (wide.matches) enter(first, false);
}

// ---- what goes out

function send(text, quoted, pictures) {
  const album = pictures.length > 1 ? uuid() : "";
  const parts = pictures.length ? pictures : [null];
  let turn = Promise.resolve();
  parts.forEach(function (picture, index) {
    const draft = {
      event: uuid(), chat: open, at: Date.now(), state: "pending", album: album,
      text: index === 0 ? text : "", photo: picture && picture.file, photoUrl: picture && picture.url,
      reply_to: quoted && index === 0 ? quoted.id : "",
      quote: quoted && index === 0 ? { id: quoted.id, name: quoted.name, text: quoted.text || "[图片]" } : null,
    };
    drafts.push(draft);
    log.putWaiting(draft);
    turn = turn.then(function () { return deliver(draft); });
  });
  afterChange();
}

// Sending the same draft again is harmless: it keeps its id.
async function deliver(draft) {
  draft.state = "pending";
  draft.refused = false;
  if (draft.chat === open) log.putWaiting(draft);
  try {
    const message = await post("/chat/messages", {
      event: draft.event, persona: me, chat: draft.chat, text: draft.text, reply_to: draft.reply_to, album: draft.album,
    }, draft.photo);
    drafts.splice(drafts.indexOf(draft), 1);
    arrived(message);
  } catch (error) {
    draft.state = "failed";
    draft.refused = Boolean(error.refused);
    draft.why = error.message;
    if (draft.chat === open) log.putWaiting(draft);
  }
}

async function revise(message, text) {
  try {
    changed(await post("/chat/edits", { event: uuid(), persona: me, chat: message.chat, message: message.id, text: text }));
  } catch (error) {
    toast(error.message);
    composer.edit(message);
    composer.fill(text);
  }
}

async function press(message, button, release) {
  const event = uuid();
  const late = setTimeout(done, PRESS_MS);
  function done() {
    clearTimeout(late);
    delete presses[event];
    setTimeout(release, 300);
  }
  presses[event] = done;
  try {
    await post("/chat/presses", {
      event: event, persona: me, chat: message.chat, message: message.id, action: button.action,
    });
  } catch (error) {
    done();
    toast(error.message);
  }
}

function reply(message) {
  composer.quote(message, message.sender === me);
  composer.focus();
}

// ---- wiring

byId("back").addEventListener("click", function () {
  if (history.state && history.state.chat) history.back();
  else back();
});
window.addEventListener("popstate", back);
window.addEventListener("resize", function () { log.resized(); });
byId("older").addEventListener("click", function () { load(open, true); });
byId("gentle-ok").addEventListener("click", function () {
  remember("gentle", { read: true });
  byId("gentle").hidden = true;
});
document.addEventListener("visibilitychange", function () {
  if (open && looking()) {
    markSeen(open);
    showList();
  }
});
listen(me, {
  hello: hello,
  message: arrived,
  edit: changed,
  toast: answered,
  connected: function (yes) { byId("banner").hidden = yes; },
  awake: function () { return Boolean(app.staff); },
});
