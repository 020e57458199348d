// The map: countries shaded by the events of their actors, circles at the places of events.

import { byId, fill, h, svg } from "./dom.js";
import { counted, country, number } from "./words.js";

// Equal Earth, as agents/web/worldmap.py has it.
const [A1, A2, A3, A4] = [1.340264, -0.081106, 0.000893, 0.003796];
const SCALE = 369.5;
const EQUATOR = 487;
const CIRCLES = 400;
const LISTED = 8;
const LEAST_WIDTH = 160;

export function project(lon, lat, width) {
  const theta = Math.asin((Math.sqrt(3) / 2) * Math.sin((lat * Math.PI) / 180));
  const t2 = theta * theta;
  const t6 = t2 ** 3;
  const x = (2 * Math.sqrt(3) * ((lon * Math.PI) / 180) * Math.cos(theta)) / (3 * (9 * A4 * t2 * t6 + 7 * A3 * t6 + 3 * A2 * t2 + A1));
  return [width / 2 + SCALE * x, EQUATOR - SCALE * theta * (A4 * t2 * t6 + A3 * t6 + A2 * t2 + A1)];
}

export class WorldMap {
  /** `choose.country(code)` and `choose.place(name)` are called when one is clicked. */
  constructor(choose) {
    this.choose = choose;
    this.box = byId("map");
    this.lands = new Map();
    this.points = [];
    this.touched = false;
    byId("zoom-in").addEventListener("click", () => this.zoom(0.6));
    byId("zoom-out").addEventListener("click", () => this.zoom(1 / 0.6));
    byId("zoom-fit").addEventListener("click", () => this.fit());
    byId("zoom-world").addEventListener("click", () => this.look(this.world));
  }

  async load() {
    const map = await (await fetch("/static/world.json")).json();
    this.width = map.width;
    this.world = [0, 0, map.width, map.height];
    this.view = this.world;
    this.land = svg("g", { class: "lands" });
    this.circles = svg("g", { class: "circles" });
    for (const [code, path] of Object.entries(map.countries)) {
      const land = svg("path", { d: path, "data-code": code });
      this.lands.set(code, land);
      this.land.append(land);
    }
    this.canvas = svg("svg", { viewBox: this.world.join(" "), role: "img", "aria-label": "Map" }, this.land, this.circles);
    this.canvas.addEventListener("click", (event) => this.clicked(event));
    this.box.append(this.canvas, h("div", { class: "tip", hidden: true }));
    this.canvas.addEventListener("pointermove", (event) => this.point(event));
    this.canvas.addEventListener("pointerleave", () => { this.box.lastChild.hidden = true; });
    this.canvas.addEventListener("pointerdown", (event) => this.grab(event));
    new ResizeObserver(() => this.size()).observe(this.box);
  }

  show(rows) {
    if (!this.canvas) return;
    const shade = new Map();
    const places = new Map();
    for (const row of rows) {
      for (const code of row.countries) shade.set(code, (shade.get(code) ?? 0) + 1);
      if (Number.isFinite(row.place?.lat) && Number.isFinite(row.place?.lon)) gather(places, row);
    }
    this.counts = shade;
    const most = Math.max(1, ...shade.values());
    for (const [code, land] of this.lands) land.setAttribute("class", `s${level(shade.get(code) ?? 0, most)}`);
    this.points = [...places.values()].sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1)).slice(0, CIRCLES);
    this.draw();
    this.list(this.points.slice(0, LISTED));
    this.canvas.setAttribute("aria-label", told(rows, this.points));
    if (!this.touched && this.points.length) this.fit();
  }

  draw() {
    fill(this.circles, ...this.points.map((place) => {
      const [x, y] = project(place.lon, place.lat, this.width);
      Object.assign(place, { x, y });
      const side = place.conflict * 2 > place.count ? "down" : "up";
      place.circle = svg("circle", { cx: x.toFixed(1), cy: y.toFixed(1), class: side, "data-place": place.name });
      return place.circle;
    }));
    this.size();
  }

  /** Keep circles and lines as thick as they were, however near one looks. */
  size() {
    if (!this.canvas) return;
    const unit = this.view[2] / Math.max(1, this.box.clientWidth);
    this.land.setAttribute("stroke-width", (0.6 * unit).toFixed(2));
    this.circles.setAttribute("stroke-width", (1.2 * unit).toFixed(2));
    for (const place of this.points) place.circle?.setAttribute("r", (Math.min(26, 3.5 + 2.2 * Math.sqrt(place.count)) * unit).toFixed(2));
  }

  list(places) {
    fill(byId("places"), ...places.map((place) =>
      h("li", {}, h("button", { type: "button", class: "plain", onclick: () => this.choose.place(place.name) },
        h("bdi", {}, place.name), h("span", { class: "n" }, ` ${number(place.count)}`), h("span", { class: "hidden" }, ` ${place.count === 1 ? "event" : "events"}, search for it`)))));
  }

  clicked(event) {
    if (this.dragged) return;
    const { code, place } = event.target.dataset;
    if (place) this.choose.place(place);
    else if (code && this.counts.get(code)) this.choose.country(code);
  }

  point(event) {
    const tip = this.box.lastChild;
    const { code, place } = event.target.dataset;
    const known = this.points.find((one) => one.name === place);
    const text = known ? `${known.name}: ${counted(known.count, "event")}` : code ? `${country(code)}: ${counted(this.counts?.get(code) ?? 0, "event")}` : "";
    tip.hidden = !text;
    tip.textContent = text;
    const frame = this.box.getBoundingClientRect();
    tip.style.left = `${Math.min(event.clientX - frame.left + 12, frame.width - 150)}px`;
    tip.style.top = `${event.clientY - frame.top + 14}px`;
  }

  grab(start) {
    const [x, y, width, height] = this.view;
    const unit = width / this.box.clientWidth;
    this.dragged = false;
    const move = (event) => {
      const [dx, dy] = [event.clientX - start.clientX, event.clientY - start.clientY];
      if (Math.abs(dx) + Math.abs(dy) > 6) this.dragged = true;
      if (this.dragged) this.look([x - dx * unit, y - dy * unit, width, height]);
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", () => window.removeEventListener("pointermove", move), { once: true });
  }

  zoom(factor) {
    const [x, y, width, height] = this.view;
    const next = Math.min(this.width, Math.max(LEAST_WIDTH, width * factor));
    const ratio = next / width;
    this.look([x + (width - next) / 2, y + (height * (1 - ratio)) / 2, next, height * ratio]);
  }

  /** Look at what is there: the places, with air around them. */
  fit() {
    const touched = this.touched;
    const weight = this.points.reduce((sum, place) => sum + place.count, 0);
    let seen = 0;
    // The last twentieth may lie anywhere without making all else small.
    const near = this.points.filter((place) => (seen += place.count) <= weight * 0.95 || this.points.length < 12);
    if (!near.length) return this.look(this.world);
    const xs = near.map((place) => place.x);
    const ys = near.map((place) => place.y);
    const width = Math.min(this.width, Math.max(850, (Math.max(...xs) - Math.min(...xs)) * 1.35));
    const height = (width * this.world[3]) / this.world[2];
    const tall = Math.max(height, Math.min(this.world[3], (Math.max(...ys) - Math.min(...ys)) * 1.3));
    const wide = (tall * this.world[2]) / this.world[3];
    this.look([(Math.max(...xs) + Math.min(...xs) - wide) / 2, (Math.max(...ys) + Math.min(...ys) - tall) / 2, wide, tall]);
    this.touched = touched;
  }

  look([x, y, width, height]) {
    const [, , worldWidth, worldHeight] = this.world;
    const left = Math.min(Math.max(0, x), worldWidth - width);
    const top = Math.min(Math.max(0, y), worldHeight - height);
    this.touched = true;
    this.view = [left, top, width, height];
    this.canvas.setAttribute("viewBox", this.view.map((value) => value.toFixed(1)).join(" "));
    this.size();
  }
}

function gather(places, row) {
  const key = `${row.place.lat.toFixed(2)} ${row.place.lon.toFixed(2)}`;
  const place = places.get(key) ?? { name: row.place.name, lat: row.place.lat, lon: row.place.lon, count: 0, conflict: 0 };
  place.count += 1;
  place.conflict += row.conflict ? 1 : 0;
  places.set(key, place);
}

/** Four steps of shade, each twice as many: most countries have few events. */
function level(count, most) {
  return count ? Math.max(1, Math.ceil((4 * Math.log2(1 + count)) / Math.log2(1 + most))) : 0;
}

function told(rows, points) {
  const top = points.slice(0, 3).map((place) => `${place.name} ${place.count}`).join(", ");
  return `Map of ${counted(rows.length, "event")} in ${counted(points.length, "place")}${top ? `, most in ${top}` : ""}`;
}
