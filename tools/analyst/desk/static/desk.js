// Keys, and a list that keeps itself up to date. Without this script every page works all the same, by its forms.
"use strict";
const SECONDS_BETWEEN_LOOKS = 2;
const live = document.getElementById("live");
const typing = (element) => element.closest("input, select, textarea, dialog");
const rows = () => [...document.querySelectorAll("tr[data-alert]")];
const rowOf = (element) => element && element.closest("tr[data-alert]");
let chosen = null; // the id of the chosen alert: rows are replaced, ids stay

const choose = (row, focus) => {
  if (!row) return;
  chosen = row.dataset.alert;
  rows().forEach((each) => each.classList.toggle("chosen", each === row));
  if (focus) row.querySelector("a.open").focus();
};
const current = () => rowOf(document.activeElement) || rows().find((row) => row.dataset.alert === chosen);

const step = (by) => {
  const all = rows();
  const place = all.indexOf(current());
  choose(all[place < 0 ? 0 : Math.min(Math.max(place + by, 0), all.length - 1)], true);
};

const press = (key) => {
  const within = rows().length && document.querySelector("[data-live-form], .alerts .decide") && !document.querySelector(".decision") ? current() : document;
  const found = within && within.querySelector(`[data-key="${key}"]`);
  if (found) found.click();
};

const ago = (milliseconds) => {
  const seconds = (Date.now() - milliseconds) / 1000;
  const [size, unit] = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]].find(([each]) => seconds >= each) || [1, "s"];
  return `${Math.max(0, Math.round(seconds / size))} ${unit}`;
};
const age = () => document.querySelectorAll("time[data-at]").forEach((each) => { each.textContent = ago(Number(each.dataset.at)); });

const show = (text, version) => {
  const all = rows();
  const place = all.findIndex((row) => row.dataset.alert === chosen);
  const held = live.contains(document.activeElement) ? document.activeElement : null;
  const key = held && held.dataset.key;
  live.innerHTML = text; // rendered by our own server, which escapes every value
  live.dataset.version = version;
  const again = rows().find((row) => row.dataset.alert === chosen) || rows()[Math.min(Math.max(place, 0), rows().length - 1)];
  if (place >= 0 || held) choose(again, false);
  if (held && again) (key ? again.querySelector(`[data-key="${key}"]`) || again.querySelector("a.open") : again.querySelector("a.open")).focus();
};
const look = async () => {
  if (document.hidden) return;
  const answer = await fetch(`${live.dataset.live}&seen=${live.dataset.version}`);
  if (answer.status === 200) show(await answer.text(), answer.headers.get("X-Version"));
};

document.addEventListener("submit", async (event) => {
  if (!live || !event.target.closest("#live")) return;
  event.preventDefault();
  const form = event.target;
  const body = new URLSearchParams(new FormData(form, event.submitter));
  await fetch(form.action, { method: "POST", body, redirect: "manual" });
  await look();
});
document.addEventListener("focusin", (event) => choose(rowOf(event.target), false));
document.querySelectorAll("[data-help]").forEach((button) => button.addEventListener("click", () => document.getElementById("keys").showModal()));

let going = false; // after `g` the next letter names a page
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && document.activeElement) document.activeElement.blur();
  if (typing(event.target)) return;
  if (going) {
    going = false;
    const page = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
    if (page) page.click();
    return;
  }
  const keys = {
    j: () => step(1), k: () => step(-1),
    f: () => press("f"), l: () => press("l"), u: () => press("u"), n: () => press("n"),
    e: () => document.getElementById("note") && document.getElementById("note").focus(),
    g: () => { going = true; },
    "/": () => document.getElementById("find").focus(),
    "?": () => document.getElementById("keys").showModal(),
  };
  if (keys[event.key]) {
    event.preventDefault();
    keys[event.key]();
  }
});

setInterval(age, 10000);
if (live) setInterval(() => look().catch(() => {}), SECONDS_BETWEEN_LOOKS * 1000);
