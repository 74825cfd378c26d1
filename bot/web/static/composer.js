// Writing: the text field, the quoted message, pictures, and whom one can @.

import { byId, el } from "/static/dom.js";

const AT = /[@＠]([^\s@＠]{0,12})$/;
const SHRINK_BYTES = 1500000;
const SHRINK_SIDE = 2048;
const MOST_PICTURES = 9;

// A phone's picture is far larger than a screen: make it small enough to travel.
function shrink(file) {
  if (file.size < SHRINK_BYTES || file.type === "image/gif") return Promise.resolve(file);
  return new Promise(function (done) {
    const url = URL.createObjectURL(file);
    const image = new Image();
    image.onerror = function () { URL.revokeObjectURL(url); done(file); };
    image.onload = function () {
      const scale = Math.min(1, SHRINK_SIDE / Math.max(image.width, image.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(image.width * scale);
      canvas.height = Math.round(image.height * scale);
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      URL.revokeObjectURL(url);
      canvas.toBlob(function (blob) {
        if (blob) blob.name = file.name;
        done(blob || file);
      }, "image/jpeg", 0.85);
    };
    image.src = url;
  });
}

export function Composer(actions) {
  this.actions = actions; // send(text, quoted, pictures), revise(message, text), resized()
  this.text = byId("text");
  this.form = byId("composer");
  this.names = byId("names");
  this.pictures = [];
  this.mentions = [];
  this.quoted = null;
  this.editing = null;
  this.listen();
  this.refresh();
}

Composer.prototype.listen = function () {
  const composer = this;
  this.form.addEventListener("submit", function (event) {
    event.preventDefault();
    composer.submit();
  });
  this.text.addEventListener("input", function () { composer.refresh(); composer.suggest(); });
  this.text.addEventListener("click", function () { composer.suggest(); });
  this.text.addEventListener("blur", function () {
    setTimeout(function () { if (document.activeElement !== composer.text) composer.names.hidden = true; }, 150);
  });
  this.text.addEventListener("keydown", function (event) { composer.key(event); });
  this.text.addEventListener("paste", function (event) {
    const files = event.clipboardData && event.clipboardData.files;
    if (files && files.length) {
      event.preventDefault();
      composer.addPictures(files);
    }
  });
  byId("photo").addEventListener("change", function (event) {
    composer.addPictures(event.target.files);
    event.target.value = "";
  });
  byId("quote-off").addEventListener("click", function () { composer.quote(null); composer.focus(); });
  byId("quote-edit").addEventListener("click", function () { composer.edit(composer.quoted); });
};

Composer.prototype.focus = function () {
  this.text.focus();
};

Composer.prototype.refresh = function () {
  this.text.style.height = "auto";
  this.text.style.height = Math.min(this.text.scrollHeight, 180) + "px";
  byId("send").disabled = !this.text.value.trim() && !this.pictures.length;
  this.actions.resized();
};

// A new chat: nothing written is carried over.
Composer.prototype.reset = function (draft) {
  this.text.value = draft || "";
  this.pictures = [];
  this.showPictures();
  this.quote(null);
  this.names.hidden = true;
  this.refresh();
};

Composer.prototype.fill = function (text) {
  this.text.value = text;
  this.refresh();
  this.focus();
};

Composer.prototype.quote = function (message, mine) {
  if (this.editing) this.text.value = "";
  this.quoted = message;
  this.editing = null;
  byId("quote").hidden = !message;
  byId("quote-edit").hidden = !message || !mine || !message.text;
  byId("quote-off").setAttribute("aria-label", "不回复了");
  if (message) {
    const words = message.text ? message.text.replace(/\s+/g, " ") : message.label || "[图片]";
    byId("quote-words").textContent = "回复 " + (mine ? "自己" : message.name) + "：" + words;
  }
  this.refresh();
};

Composer.prototype.edit = function (message) {
  this.quoted = null;
  this.editing = message;
  byId("quote-edit").hidden = true;
  byId("quote-words").textContent = "改这条：" + message.text.replace(/\s+/g, " ");
  byId("quote-off").setAttribute("aria-label", "不改了");
  this.fill(message.text);
};

Composer.prototype.submit = function () {
  const text = this.text.value.trim();
  if (!text && !this.pictures.length) return;
  if (this.editing) {
    if (text) this.actions.revise(this.editing, text);
  } else {
    this.actions.send(text, this.quoted, this.pictures);
  }
  this.reset();
  this.focus();
};

Composer.prototype.key = function (event) {
  if (event.isComposing || event.keyCode === 229) return;
  if (!this.names.hidden && this.nameKey(event)) return;
  if (event.key === "Escape" && (this.quoted || this.editing)) this.quote(null);
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    this.submit();
  }
};

Composer.prototype.addPictures = function (files) {
  const composer = this;
  const chosen = Array.prototype.slice.call(files, 0, MOST_PICTURES - this.pictures.length);
  Promise.all(chosen.map(shrink)).then(function (small) {
    small.forEach(function (file) {
      composer.pictures.push({ file: file, url: URL.createObjectURL(file) });
    });
    composer.showPictures();
    composer.refresh();
    composer.focus();
  });
};

Composer.prototype.showPictures = function () {
  const composer = this;
  const list = byId("pictures");
  list.textContent = "";
  list.hidden = !this.pictures.length;
  this.pictures.forEach(function (picture, index) {
    list.appendChild(el("li", { class: "picture", "data-testid": "picture" }, [
      el("img", { src: picture.url, alt: "要发的第 " + (index + 1) + " 张照片" }),
      el("button", {
        type: "button", "aria-label": "去掉这张", text: "×",
        onclick: function () {
          composer.pictures.splice(index, 1);
          composer.showPictures();
          composer.refresh();
        },
      }),
    ]));
  });
};

// Whom one can @, while typing it.
Composer.prototype.suggest = function () {
  const composer = this;
  const before = this.text.value.slice(0, this.text.selectionStart);
  const match = AT.exec(before);
  const found = match ? this.mentions.filter(function (each) {
    return each.name.indexOf(match[1]) === 0 && each.name !== match[1];
  }) : [];
  this.names.textContent = "";
  this.names.hidden = !found.length;
  this.text.setAttribute("aria-activedescendant", found.length ? "name-0" : "");
  found.forEach(function (each, index) {
    composer.names.appendChild(el("li", {
      class: "name", role: "option", id: "name-" + index, "data-testid": "mention-" + each.name,
      "data-name": each.name, "aria-selected": index === 0 ? "true" : "false",
      onmousedown: function (event) { event.preventDefault(); composer.choose(each.name); },
    }, [el("b", { text: "@" + each.name }), el("span", { text: each.hint })]));
  });
};

Composer.prototype.nameKey = function (event) {
  const current = this.names.querySelector("[aria-selected=true]");
  if (event.key === "Escape") {
    this.names.hidden = true;
  } else if (event.key === "Enter" || event.key === "Tab") {
    this.choose(current.dataset.name);
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const next = event.key === "ArrowDown" ? current.nextElementSibling : current.previousElementSibling;
    if (next) {
      current.setAttribute("aria-selected", "false");
      next.setAttribute("aria-selected", "true");
      this.text.setAttribute("aria-activedescendant", next.id);
      next.scrollIntoView({ block: "nearest" });
    }
  } else {
    return false;
  }
  event.preventDefault();
  return true;
};

Composer.prototype.choose = function (name) {
  const at = this.text.selectionStart;
  const before = this.text.value.slice(0, at).replace(AT, "@" + name + " ");
  this.text.value = before + this.text.value.slice(at);
  this.text.setSelectionRange(before.length, before.length);
  this.names.hidden = true;
  this.refresh();
  this.focus();
};
