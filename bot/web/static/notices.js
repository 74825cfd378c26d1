// What appears over the page and goes away again: short answers, answers to be read, pictures.

import { byId, el } from "/static/dom.js";

let before = null;

function open(id, button) {
  before = document.activeElement;
  byId(id).hidden = false;
  byId(button).focus();
}

function close(id) {
  byId(id).hidden = true;
  if (before && before.focus) before.focus();
}

export function toast(text) {
  const node = el("div", { class: "toast", "data-testid": "toast", text: text });
  byId("toasts").appendChild(node);
  setTimeout(function () { node.remove(); }, Math.max(3500, text.length * 160));
}

export function alertBox(text) {
  byId("alert-words").textContent = text;
  open("alert", "alert-ok");
}

export function lookAt(url) {
  byId("viewer-image").src = url;
  open("viewer", "viewer-off");
}

byId("alert-ok").addEventListener("click", function () { close("alert"); });
byId("viewer").addEventListener("click", function () { close("viewer"); });
document.addEventListener("keydown", function (event) {
  if (event.key !== "Escape") return;
  ["alert", "viewer"].forEach(function (id) { if (!byId(id).hidden) close(id); });
});
