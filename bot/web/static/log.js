// The messages of the open chat: bubbles in order, newest at the bottom.

import { avatar, byId, el, longTime } from "/static/dom.js";

const PAUSE_MS = 5 * 60000;
const NEAR = 140;

export function Log(me, actions) {
  this.me = me;
  this.actions = actions; // press, reply, retry, look
  this.list = byId("log");
  this.scroll = byId("scroll");
  this.jump = byId("jump");
  this.nodes = {};
  this.waiting = {};
  const log = this;
  this.jump.addEventListener("click", function () { log.toBottom(); });
  this.stuck = true; // the reader is at the newest message
  this.scroll.addEventListener("scroll", function () {
    log.stuck = log.nearBottom();
    if (log.stuck) log.jump.hidden = true;
  });
}

Log.prototype.clear = function () {
  this.list.textContent = "";
  this.nodes = {};
  this.waiting = {};
  this.jump.hidden = true;
};

Log.prototype.nearBottom = function () {
  return this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < NEAR;
};

// The room for the log changed (keyboard, quote, pictures): the newest message stays in sight.
Log.prototype.resized = function () {
  if (this.stuck) this.toBottom();
};

Log.prototype.toBottom = function () {
  this.scroll.scrollTop = this.scroll.scrollHeight;
  this.jump.hidden = true;
};

Log.prototype.isEmpty = function () {
  return !this.list.firstChild;
};

Log.prototype.oldest = function () {
  const first = this.list.querySelector("[data-id]");
  return first ? first.dataset.id : "";
};

// Add a message, or replace what is known of it. `fresh`: it happened just now.
Log.prototype.put = function (message, fresh) {
  const stay = this.nearBottom();
  const known = this.nodes[message.id];
  const sent = message.event && this.waiting[message.event];
  const node = this.build(message);
  if (known) {
    this.list.replaceChild(node, known);
  } else {
    if (sent) {
      sent.remove();
      delete this.waiting[message.event];
    } else if (fresh) {
      node.classList.add("fresh");
    }
    this.list.insertBefore(node, this.placeFor(message.id));
  }
  this.nodes[message.id] = node;
  this.arrange(node);
  if (!fresh) return;
  if (stay || message.sender === this.me) this.toBottom();
  else if (!known) this.jump.hidden = false;
};

// An edit of a message that may be further up than what is shown.
Log.prototype.change = function (message) {
  if (this.nodes[message.id]) this.put(message, false);
};

// A message on its way: `state` is "pending" or "failed".
Log.prototype.putWaiting = function (draft) {
  const old = this.waiting[draft.event];
  const node = this.build({
    id: "", sender: this.me, name: "", text: draft.text, buttons: [], photoUrl: draft.photoUrl,
    quote: draft.quote, at: draft.at, event: draft.event, draft: draft,
  });
  node.classList.add(draft.state);
  if (old) this.list.replaceChild(node, old);
  else this.list.appendChild(node);
  this.waiting[draft.event] = node;
  this.arrange(node);
  this.toBottom();
};

Log.prototype.placeFor = function (id) {
  let next = null;
  for (let node = this.list.lastElementChild; node; node = node.previousElementSibling) {
    if (node.dataset.id && node.dataset.id < id) break;
    next = node;
  }
  return next;
};

// Times between, and names only where the speaker changes: for a message and the one after it.
Log.prototype.arrange = function (node) {
  [node, node.nextElementSibling].forEach(function (here) {
    if (!here) return;
    const before = here.previousElementSibling;
    const pause = !before || here.dataset.at - before.dataset.at > PAUSE_MS;
    const same = Boolean(before) && !pause && before.dataset.sender === here.dataset.sender;
    here.firstElementChild.hidden = !pause;
    here.classList.toggle("continued", same);
    if (before) before.classList.toggle("followed", same);
  });
};

Log.prototype.build = function (message) {
  const bot = !message.sender;
  const mine = message.sender === this.me;
  const names = ["msg"];
  if (mine) names.push("mine");
  if (bot) names.push("from-bot");
  if (message.buttons.length) names.push("has-buttons");
  const name = el("p", { class: "msg-name", text: message.name });
  if (message.role) name.appendChild(el("span", { class: "role", text: message.role }));
  const body = el("div", { class: "msg-body" }, [name, this.bubble(message)]);
  if (message.edited) body.appendChild(el("p", { class: "msg-note", text: bot ? "已更新" : "已修改" }));
  if (message.draft && message.draft.state === "failed") body.appendChild(this.failed(message.draft));
  return el("li", {
    class: names.join(" "), "data-testid": "msg", "data-id": message.id, "data-at": message.at,
    "data-sender": message.sender, "data-from": bot ? "bot" : message.sender,
  }, [
    el("time", { class: "sep", text: longTime(message.at), datetime: new Date(message.at).toISOString() }),
    el("div", { class: "msg-line" }, [
      avatar(message.name || "我", bot ? "bot" : message.staff ? "staff" : ""), body, this.replyButton(message),
    ]),
  ]);
};

Log.prototype.bubble = function (message) {
  const log = this;
  const photo = message.photoUrl || (message.photo ? "/chat/photos/" + message.photo : "");
  const text = message.text || message.label;
  const bubble = el("div", { class: "bubble" + (photo && !text && !message.quote ? " only-photo" : "") });
  if (message.quote) bubble.appendChild(this.quote(message.quote));
  if (photo) bubble.appendChild(this.photo(photo, message));
  if (text) bubble.appendChild(el("div", { class: "msg-text", "data-testid": "msg-text", text: text }));
  if (message.buttons.length) bubble.appendChild(this.buttons(message));
  if (message.id) {
    bubble.addEventListener("click", function (event) {
      const chosen = window.getSelection && String(window.getSelection());
      if (!chosen && !event.target.closest("button")) log.actions.reply(message);
    });
  }
  return bubble;
};

// Tapping a message answers it; this is the same for a mouse or a keyboard.
Log.prototype.replyButton = function (message) {
  const log = this;
  if (!message.id) return null;
  return el("button", {
    class: "msg-reply", type: "button", "data-testid": "msg-reply", text: "回复",
    "aria-label": "回复" + (message.sender === this.me ? "自己" : message.name),
    onclick: function () { log.actions.reply(message); },
  });
};

Log.prototype.quote = function (quote) {
  const log = this;
  return el("button", {
    class: "msg-quote", type: "button", "data-testid": "msg-quote", text: quote.name + "：" + quote.text,
    onclick: function () { log.show(quote.id); },
  });
};

Log.prototype.show = function (id) {
  const node = this.nodes[id];
  if (!node) return;
  node.scrollIntoView({ block: "center" });
  node.classList.remove("flash");
  void node.offsetWidth;
  node.classList.add("flash");
};

Log.prototype.photo = function (url, message) {
  const log = this;
  const image = el("img", { src: url, alt: (message.name || "我") + "发的照片", loading: "eager" });
  const button = el("button", {
    class: "msg-photo", type: "button", "data-testid": "msg-photo", onclick: function () { log.actions.look(url); },
  }, [image]);
  const stay = this.nearBottom();
  image.addEventListener("load", function () { if (stay) log.toBottom(); });
  image.addEventListener("error", function () {
    button.replaceWith(el("p", { class: "photo-gone", text: "照片已经清掉了" }));
  });
  return button;
};

Log.prototype.buttons = function (message) {
  const log = this;
  const rows = message.buttons.map(function (row) {
    return el("div", { class: "msg-buttons-row" }, row.map(function (button) {
      return el("button", {
        class: "msg-button", type: "button", "data-testid": "msg-button", "data-action": button.action,
        text: button.label, onclick: function (event) { log.press(event.currentTarget, message, button); },
      });
    }));
  });
  return el("div", { class: "msg-buttons" }, rows);
};

// Every button of the card rests until the answer or the card's new words are here.
Log.prototype.press = function (pressed, message, button) {
  const all = pressed.closest(".msg-buttons").querySelectorAll("button");
  all.forEach(function (each) { each.disabled = true; });
  pressed.classList.add("waiting");
  pressed.setAttribute("aria-busy", "true");
  this.actions.press(message, button, function () {
    all.forEach(function (each) { each.disabled = false; });
    pressed.classList.remove("waiting");
    pressed.removeAttribute("aria-busy");
  });
};

Log.prototype.failed = function (draft) {
  const log = this;
  const why = draft.refused ? draft.why : "没发出去，点此重试";
  return el("button", {
    class: "msg-failed", type: "button", "data-testid": "msg-failed", text: why, disabled: draft.refused,
    onclick: function () { log.actions.retry(draft); },
  });
};
