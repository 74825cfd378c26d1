// What cannot wait is heard, felt and seen in the title, until somebody looks after it.

const AGAIN_MS = 4000;
const TIMES = 8;
const PATTERN_MS = [300, 150, 300, 150, 600];
const TONES = [[880, 0], [660, 0.25], [880, 0.5], [660, 0.75]]; // hertz, and when in seconds

let audio = null;
let turns = 0;
let timer = 0;
let shown = null;

// Browsers stay silent until the page has been touched once: from then on it can ring.
function wake() {
  const Audio = window.AudioContext || window.webkitAudioContext;
  if (!audio && Audio) audio = new Audio();
  if (audio && audio.state === "suspended") audio.resume();
}

function tone(hertz, at) {
  const voice = audio.createOscillator();
  const volume = audio.createGain();
  voice.type = "triangle";
  voice.frequency.value = hertz;
  volume.gain.setValueAtTime(0.0001, at);
  volume.gain.exponentialRampToValueAtTime(0.6, at + 0.03);
  volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.22);
  voice.connect(volume).connect(audio.destination);
  voice.start(at);
  voice.stop(at + 0.24);
}

function turn() {
  if (audio && audio.state === "running") {
    TONES.forEach(function (each) { tone(each[0], audio.currentTime + each[1]); });
  }
  if (navigator.vibrate) navigator.vibrate(PATTERN_MS);
  turns -= 1;
  timer = turns > 0 ? setTimeout(turn, AGAIN_MS) : 0;
}

function quiet() {
  if (!ringing()) return;
  clearTimeout(timer);
  timer = 0;
  turns = 0;
  if (navigator.vibrate) navigator.vibrate(0);
  document.body.removeAttribute("data-ringing");
  shown();
}

export function ringing() {
  return document.body.hasAttribute("data-ringing");
}

// Ring until the page is touched, at most half a minute; the title stays marked until then. `changed`: the mark came or went.
export function ring(changed) {
  shown = changed;
  document.body.setAttribute("data-ringing", "");
  turns = TIMES;
  clearTimeout(timer);
  turn();
  changed();
}

["pointerdown", "keydown"].forEach(function (name) {
  document.addEventListener(name, function () { wake(); quiet(); }, true);
});
