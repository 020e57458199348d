// Pairs of countries over time: cooperation above the line, conflict below it.

import { byId, fill, h, svg } from "./dom.js";
import { counted, country, number } from "./words.js";

const SHOWN = 6;
const BARS = 42;
const [WIDTH, HALF] = [420, 26];
const UNITS = [
  { name: "day", key: (day) => day, next: (date) => date.setUTCDate(date.getUTCDate() + 1), span: 1 },
  { name: "week", key: (day) => monday(day), next: (date) => date.setUTCDate(date.getUTCDate() + 7), span: 7 },
  { name: "month", key: (day) => `${day.slice(0, 7)}-01`, next: (date) => date.setUTCMonth(date.getUTCMonth() + 1), span: 30.4 },
  { name: "quarter", key: (day) => quarter(day), next: (date) => date.setUTCMonth(date.getUTCMonth() + 3), span: 91.3 },
  { name: "year", key: (day) => `${day.slice(0, 4)}-01-01`, next: (date) => date.setUTCFullYear(date.getUTCFullYear() + 1), span: 365.25 },
];

function monday(day) {
  const date = new Date(day);
  date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
  return date.toISOString().slice(0, 10);
}

function quarter(day) {
  const month = Math.floor((Number(day.slice(5, 7)) - 1) / 3) * 3 + 1;
  return `${day.slice(0, 4)}-${String(month).padStart(2, "0")}-01`;
}

/** Draw the pairs with most events; `choose(dyad)` is called when one is clicked. */
export function showDyads(rows, chosen, choose) {
  const pairs = new Map();
  for (const row of rows) {
    for (const dyad of row.dyads) {
      if (!pairs.has(dyad)) pairs.set(dyad, []);
      pairs.get(dyad).push(row);
    }
  }
  const top = [...pairs].sort((a, b) => b[1].length - a[1].length || (a[0] < b[0] ? -1 : 1)).slice(0, SHOWN);
  if (!top.length) {
    fill(byId("dyads"), h("p", { class: "note" }, "No event between two countries yet."));
    return;
  }
  const axis = axisOf(top.flatMap(([, events]) => events));
  const most = Math.max(1, ...top.flatMap(([, events]) => heights(events, axis).flat()));
  fill(byId("dyads"),
    h("ul", { role: "list" }, ...top.map(([dyad, events]) => line(dyad, events, axis, most, chosen, choose))),
    h("p", { class: "axis" }, h("span", {}, label(axis, 0)), h("span", {}, `events by ${axis.unit.name}`), h("span", {}, label(axis, axis.keys.length - 1))));
}

/** The time shown: the finest unit that takes in nine tenths of the events. */
function axisOf(rows) {
  const days = rows.map((row) => row.day).filter((day) => /^\d{4}-\d\d-\d\d$/.test(day) && !Number.isNaN(Date.parse(day))).sort();
  if (!days.length) return { unit: UNITS[0], keys: [] };
  const first = days[Math.floor(days.length * 0.1)];
  const last = days[days.length - 1];
  const length = (Date.parse(last) - Date.parse(first)) / 86_400_000 + 1;
  const unit = UNITS.find((one) => length / one.span <= BARS - 1) ?? UNITS[UNITS.length - 1];
  const keys = [];
  const end = unit.key(last);
  for (const date = new Date(unit.key(first)); keys.at(-1) !== end && keys.length < 200; unit.next(date)) keys.push(date.toISOString().slice(0, 10));
  while (keys.length < 12) {
    const date = new Date(keys[0]);
    date.setUTCDate(date.getUTCDate() - Math.floor(unit.span / 2) - 1);
    keys.unshift(unit.key(date.toISOString().slice(0, 10)));
    if (keys[0] === keys[1]) keys.shift();
  }
  return { unit, keys: keys.slice(-BARS) };
}

function heights(rows, axis) {
  const at = new Map(axis.keys.map((key, index) => [key, index]));
  const up = axis.keys.map(() => 0);
  const down = axis.keys.map(() => 0);
  for (const row of rows) {
    const index = row.day ? at.get(axis.unit.key(row.day)) : undefined;
    if (index !== undefined) (row.conflict ? down : up)[index] += 1;
  }
  return [up, down];
}

function line(dyad, rows, axis, most, chosen, choose) {
  const [up, down] = heights(rows, axis);
  const step = WIDTH / axis.keys.length;
  const bars = axis.keys.flatMap((key, index) => [bar("up", index, up[index]), bar("down", index, down[index])]);
  function bar(side, index, count) {
    if (!count) return null;
    const height = Math.max(2, (HALF - 2) * Math.sqrt(count / most));
    const y = side === "up" ? HALF - height : HALF + 1;
    return svg("rect", { class: side, x: (index * step + step * 0.12).toFixed(1), y: y.toFixed(1), width: Math.min(22, step * 0.76).toFixed(1), height: height.toFixed(1), rx: 1 });
  }
  const names = dyad.split("-").map(country);
  const conflict = rows.filter((row) => row.conflict).length;
  const told = `${names.join(" and ")}: ${counted(rows.length, "event")}, ${conflict} of conflict`;
  return h("li", {},
    h("button", { type: "button", class: "dyad", "aria-pressed": String(dyad === chosen), "aria-label": told, onclick: () => choose(dyad === chosen ? "" : dyad) },
      h("span", { class: "names" }, names.join(" – "), h("span", { class: "n" }, number(rows.length))),
      svg("svg", { viewBox: `0 0 ${WIDTH} ${2 * HALF}`, preserveAspectRatio: "none", "aria-hidden": "true" },
        svg("line", { x1: 0, x2: WIDTH, y1: HALF + 0.5, y2: HALF + 0.5 }), bars.filter(Boolean))));
}

function label(axis, index) {
  const key = axis.keys[index];
  if (!key) return "";
  return axis.unit.name === "year" ? key.slice(0, 4) : axis.unit.span >= 30 ? key.slice(0, 7) : key;
}
