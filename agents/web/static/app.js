// The page: rows from the stream into the list, the map and the charts; views by the address; keys.

import { showEvent } from "./detail.js";
import { byId, settled } from "./dom.js";
import { showDyads } from "./dyads.js";
import { Filters } from "./filters.js";
import { Health } from "./health.js";
import { List } from "./list.js";
import { WorldMap } from "./map.js";
import { rowOf } from "./rows.js";
import { Store, fromQuery, predicate, toQuery } from "./store.js";
import { Stream } from "./stream.js";
import { counted, learnWords, number } from "./words.js";

const TABS = ["list", "overview", "stream"];
const SAY_EVERY = 15_000;

const store = new Store();
const list = new List();
const health = new Health();
const filters = new Filters(store, filtered);
const map = new WorldMap({ country: (code) => filters.toggle("country", code), place: (name) => filters.set({ q: name }) });
const page = { paused: false, waiting: new Set(), said: 0, unsaid: 0, loaded: false, from: null };

const overview = settled(() => {
  if (page.view !== "overview") return;
  map.show(store.shown);
  showDyads(store.shown, store.filter.dyad, (dyad) => filters.set({ dyad }));
}, 60);

function filtered() {
  page.waiting.clear();
  const query = toQuery(store.filter);
  history.replaceState(null, "", `${location.pathname}${query ? `?${query}` : ""}${location.hash}`);
  list.scroller.scrollTop = 0;
  refresh();
}

/** Show what the store has now. */
function refresh() {
  page.waiting.clear();
  list.show(store.refresh());
  count();
  overview();
}

function count() {
  const all = store.standing;
  const shown = store.shown.length;
  byId("count").textContent = !page.loaded ? "Loading" : shown === all ? counted(all, "event") : `${number(shown)} of ${counted(all, "event")}`;
  byId("fresh").hidden = page.waiting.size === 0;
  byId("fresh").textContent = `${page.paused ? "Paused, " : "↑ "}${number(page.waiting.size)} new`;
  byId("empty").hidden = shown > 0 || !page.loaded;
  byId("empty").textContent = all ? "No event meets these filters." : "No events yet. They appear here as they come.";
}

function took(items) {
  const rows = items.map(rowOf);
  store.take(rows);
  const holds = predicate(store.filter);
  for (const row of rows) if (holds(row)) page.waiting.add(row.id);
  reopen(rows);
  if (!page.loaded) return;
  say(rows.filter(holds).length);
  if (page.paused || !list.atTop) count();
  else refresh();
}

/** An event that is open and was revised is shown as it is now. */
function reopen(rows) {
  const box = byId("event");
  if (page.view === "event" && !page.paused && rows.some((row) => row.id === box.dataset.id && row.seq > Number(box.dataset.seq))) showEvent(box.dataset.id);
}

/** Tell screen readers, now and then, how many came. */
function say(more) {
  page.unsaid += more;
  if (!page.unsaid || Date.now() - page.said < SAY_EVERY) return;
  byId("announcer").textContent = counted(page.unsaid, "new event");
  page.said = Date.now();
  page.unsaid = 0;
}

function state(name, pulse) {
  const box = byId("live");
  const fault = pulse?.fault;
  const lag = pulse?.lag ?? 0;
  const shown = page.paused ? "paused" : fault ? "fault" : name === "live" && lag > 1000 ? "behind" : name;
  const texts = { connecting: "Connecting", live: "Live", offline: "Reconnecting", paused: "Paused", fault: "Broker away", behind: `Behind by ${number(lag)}` };
  page.state = [name, pulse];
  box.dataset.state = shown;
  byId("live-text").textContent = texts[shown];
  box.title = fault ?? "";
}

function route() {
  const hash = decodeURIComponent(location.hash.slice(1));
  const view = TABS.includes(hash) ? hash : hash ? "event" : narrow.matches ? "list" : "overview";
  const before = page.view;
  page.view = view === "list" && !narrow.matches ? "overview" : view;
  document.body.dataset.view = page.view;
  for (const tab of document.querySelectorAll("[data-tab]")) {
    if (tab.dataset.tab === page.view) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  list.mark(view === "event" ? hash : null);
  health.watch(page.view === "stream");
  if (view === "event") open(hash);
  else if (before === "event") closed();
  overview();
}

async function open(id) {
  page.from = id;
  await showEvent(id);
  byId("event").scrollTop = 0;
  byId("event").focus({ preventScroll: true });
}

function closed() {
  byId("event").replaceChildren();
  if (!page.paused && list.atTop) refresh();
  list.focus(page.from);
}

function pause() {
  page.paused = !page.paused;
  byId("pause").setAttribute("aria-pressed", String(page.paused));
  byId("pause").textContent = page.paused ? "Resume" : "Pause";
  if (!page.paused) {
    list.toTop();
    refresh();
  }
  state(...(page.state ?? ["connecting"]));
}

function theme() {
  const root = document.documentElement;
  const isDark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = isDark ? "light" : "dark";
  themeShown();
  try {
    localStorage.setItem("khabar-theme", root.dataset.theme);
  } catch {
    // No storage: until the page is left.
  }
}

function themeShown() {
  const root = document.documentElement;
  const isDark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  byId("theme").setAttribute("aria-pressed", String(isDark));
}

function keys(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.matches("input, select, textarea");
  if (event.key === "Escape" && page.view === "event") location.hash = "";
  else if (event.key === "/" && !typing) {
    event.preventDefault();
    byId("q").focus();
  }
}

const narrow = matchMedia("(max-width: 56rem)");

async function start() {
  store.filter = fromQuery(location.search);
  byId("pause").addEventListener("click", pause);
  byId("theme").addEventListener("click", theme);
  byId("fresh").addEventListener("click", () => { list.toTop(); refresh(); });
  byId("skip").addEventListener("click", (event) => { event.preventDefault(); list.focus(list.active); });
  list.scroller.addEventListener("scroll", () => { if (list.atTop && page.waiting.size && !page.paused) refresh(); }, { passive: true });
  window.addEventListener("hashchange", route);
  narrow.addEventListener("change", route);
  document.addEventListener("keydown", keys);
  themeShown();
  await Promise.all([learnWords(), map.load()]);
  filters.show();
  route();
  const stream = new Stream({
    reset(limit) { store.limit = limit ?? store.limit; store.clear(); },
    rows(items) { took(items); if (!page.loaded) { page.loaded = true; refresh(); list.mark(list.opened); } },
    state,
  });
  await stream.start();
}

start();
