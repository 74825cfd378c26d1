// Small helpers: building elements, saying times in Chinese, making ids.

export function el(tag, props, children) {
  const node = document.createElement(tag);
  Object.keys(props || {}).forEach(function (key) {
    const value = props[key];
    if (value === undefined || value === null || value === false) return;
    if (key === "class") node.className = value;
    else if (key === "text") node.textContent = value;
    else if (key.slice(0, 2) === "on") node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  });
  (children || []).forEach(function (child) {
    if (child) node.appendChild(child);
  });
  return node;
}

export function byId(id) {
  return document.getElementById(id);
}

export function uuid() {
  const bytes = new Uint8Array(16);
  crypto.getRandomValues(bytes);
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.prototype.map.call(bytes, function (byte) {
    return ("0" + byte.toString(16)).slice(-2);
  }).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

// The one character that stands for a person or a group.
export function initial(name) {
  const first = name.charAt(0);
  return "小老阿".indexOf(first) >= 0 && name.length > 1 ? name.charAt(1) : first;
}

export function avatar(name, kind) {
  const bot = kind === "bot";
  const extra = bot ? " avatar-bot" : kind === "staff" ? " avatar-staff" : "";
  return el("span", { class: "avatar" + extra, "aria-hidden": "true", text: bot ? "平安" : initial(name) });
}

const WEEK = ["星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"];

function clock(date) {
  return date.getHours() + ":" + ("0" + date.getMinutes()).slice(-2);
}

function daysAgo(date, now) {
  const day = new Date(date.getFullYear(), date.getMonth(), date.getDate());
  const today = new Date(now.getFullYear(), now.getMonth(), now.getDate());
  return Math.round((today - day) / 86400000);
}

function dayName(date, now) {
  const days = daysAgo(date, now);
  if (days === 1) return "昨天";
  if (days > 1 && days < 7) return WEEK[date.getDay()];
  const day = date.getMonth() + 1 + "月" + date.getDate() + "日";
  return date.getFullYear() === now.getFullYear() ? day : date.getFullYear() + "年" + day;
}

// 上午 9:05 · 昨天 20:11 · 星期二 8:00 · 3月2日 14:00
export function longTime(ms) {
  const date = new Date(ms);
  const now = new Date();
  if (daysAgo(date, now) > 0) return dayName(date, now) + " " + clock(date);
  const hour = date.getHours();
  const part = hour < 5 ? "凌晨" : hour < 9 ? "早上" : hour < 12 ? "上午" : hour < 14 ? "中午" : hour < 18 ? "下午" : "晚上";
  return part + " " + ((hour + 11) % 12 + 1) + ":" + ("0" + date.getMinutes()).slice(-2);
}

export function shortTime(ms) {
  const date = new Date(ms);
  const now = new Date();
  return daysAgo(date, now) > 0 ? dayName(date, now) : clock(date);
}
