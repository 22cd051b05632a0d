// Keeps a page up to date. The server renders; this replaces elements by id.
"use strict";

const heartbeat = 1000; // ms between two signs of life
const body = document.body;
const banner = document.getElementById("stale");
let source = null;
let heard = performance.now();
let skew = Date.parse(body.dataset.now) - Date.now(); // the server's clock minus ours
let signedOut = false;

function open() {
  close();
  heard = performance.now();
  source = new EventSource(body.dataset.live);
  source.addEventListener("beat", (e) => {
    skew = Date.parse(e.data) - Date.now();
    alive();
  });
  source.addEventListener("html", (e) => {
    replace(e.data);
    alive();
  });
}

function close() {
  if (source) source.close();
  source = null;
}

function alive() {
  heard = performance.now();
  body.classList.remove("is-stale");
  banner.hidden = true;
  signedOut = false;
}

function replace(html) {
  const fresh = document.createElement("template");
  fresh.innerHTML = html;
  for (const next of [...fresh.content.children]) {
    const old = document.getElementById(next.id);
    if (!old) continue;
    const focus = old.contains(document.activeElement) ? path(old, document.activeElement) : null;
    old.replaceWith(next);
    if (focus) follow(next, focus)?.focus({ preventScroll: true });
    ages(next);
  }
}

// path and follow find the same place in an element and in its replacement: by
// id where there is one, else by position.
function path(root, node) {
  if (node.id) return node.id;
  const steps = [];
  for (; node !== root; node = node.parentElement) {
    steps.unshift([...node.parentElement.children].indexOf(node));
  }
  return steps;
}

function follow(root, steps) {
  if (typeof steps === "string") return document.getElementById(steps);
  return steps.reduce((node, i) => node?.children[i], root);
}

// ages writes how long ago each marked time was, by the server's clock.
function ages(root) {
  for (const t of root.querySelectorAll("time[data-age]")) {
    const text = age((Date.now() + skew - Date.parse(t.dateTime)) / 1000);
    if (t.textContent !== text) t.textContent = text;
  }
}

function age(s) {
  if (s < 2) return "now";
  if (s < 60) return `${Math.floor(s)} s ago`;
  if (s < 3600) return `${Math.floor(s / 60)} min ago`;
  if (s < 172800) return `${Math.floor(s / 3600)} h ago`;
  return `${Math.floor(s / 86400)} days ago`;
}

async function tick() {
  ages(document);
  if (!source || performance.now() - heard <= 2 * heartbeat + 500) return; // 500: the way here
  if (banner.hidden) {
    const at = new Date(Date.now() - (performance.now() - heard)).toLocaleTimeString("en-GB");
    banner.textContent = `Stale: no news since ${at}. What you see may be wrong.`;
    banner.hidden = false;
    body.classList.add("is-stale");
  }
  if (source.readyState !== EventSource.CLOSED || signedOut) return;
  const answer = await fetch(body.dataset.live, { method: "HEAD" }).catch(() => null);
  signedOut = answer?.status === 401;
  if (signedOut) banner.textContent = "Stale: you are logged out. Reload the page to log in.";
  else open();
}

document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
addEventListener("pagehide", close);
addEventListener("pageshow", (e) => e.persisted && open());
setInterval(tick, heartbeat / 2);
ages(document);
if (!document.hidden) open();
