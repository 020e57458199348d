// The filters: menus of types, countries and languages with their numbers, a search, a least confidence.

import { byId, fill, h, settled } from "./dom.js";
import { NO_FILTER } from "./store.js";
import { aboutType, country, isConflict, language, number, ownName, typeName } from "./words.js";

const FINDER_FROM = 12;
const OPTIONS = 300;
const LABELS = {
  type: (value) => typeName(value),
  country: (value) => country(value),
  language: (value) => language(value),
};

export class Filters {
  /** `changed()` is called with every change of `store.filter`. */
  constructor(store, changed) {
    this.store = store;
    this.changed = changed;
    this.menus = [...document.querySelectorAll(".menu")];
    byId("filters").addEventListener("submit", (event) => event.preventDefault());
    byId("q").addEventListener("input", settled(() => this.set({ q: byId("q").value.trim() }), 120));
    byId("confidence").addEventListener("input", () => this.set({ confidence: Number(byId("confidence").value) }));
    byId("corroborated").addEventListener("change", (event) => this.set({ sources: event.target.checked ? 2 : 0 }));
    byId("order").addEventListener("change", (event) => this.set({ order: event.target.value }));
    for (const menu of this.menus) this.wire(menu);
    document.addEventListener("click", (event) => this.closeMenus(event.target));
    document.addEventListener("keydown", (event) => this.escape(event));
  }

  set(change) {
    Object.assign(this.store.filter, change);
    this.show();
    this.changed();
  }

  toggle(field, value) {
    const had = this.store.filter[field];
    this.set({ [field]: had.includes(value) ? had.filter((one) => one !== value) : [...had, value] });
  }

  clear() {
    this.set({ ...NO_FILTER, order: this.store.filter.order });
    byId("q").focus();
  }

  /** Show the filter that is in force in all its controls. */
  show() {
    const filter = this.store.filter;
    if (document.activeElement !== byId("q") || !filter.q) byId("q").value = filter.q;
    byId("confidence").value = filter.confidence;
    byId("confidence-shown").textContent = filter.confidence ? `≥ ${filter.confidence.toFixed(2)}` : "any";
    byId("corroborated").checked = filter.sources > 1;
    byId("order").value = filter.order;
    for (const menu of this.menus) {
      const count = filter[menu.dataset.facet].length;
      menu.querySelector("summary").dataset.count = count || "";
    }
    fill(byId("chips"), ...this.chips(filter));
  }

  chips(filter) {
    const chips = Object.keys(LABELS).flatMap((field) =>
      filter[field].map((value) => chip(LABELS[field](value), () => this.toggle(field, value))));
    if (filter.dyad) chips.push(chip(filter.dyad.split("-").map(country).join(" – "), () => this.set({ dyad: "" })));
    if (filter.q) chips.push(chip(`“${filter.q}”`, () => this.set({ q: "" })));
    if (filter.confidence) chips.push(chip(`confidence ≥ ${filter.confidence.toFixed(2)}`, () => this.set({ confidence: 0 })));
    if (filter.sources > 1) chips.push(chip("2+ sources", () => this.set({ sources: 0 })));
    if (chips.length > 1) chips.push(h("li", {}, h("button", { type: "button", class: "plain", onclick: () => this.clear() }, "Clear all")));
    return chips;
  }

  wire(menu) {
    menu.addEventListener("toggle", () => {
      if (menu.open) this.fill(menu);
      else menu.querySelector(".panel").replaceChildren();
    });
  }

  fill(menu) {
    const field = menu.dataset.facet;
    const options = this.store.counts(field).slice(0, OPTIONS);
    const nodes = options.map(([value, count]) => this.option(field, value, count));
    const list = h("ul", { role: "list" }, nodes.length ? nodes : h("li", { class: "none" }, "nothing yet"));
    const panel = menu.querySelector(".panel");
    fill(panel, list);
    if (options.length > FINDER_FROM) panel.prepend(finder(list, field));
  }

  option(field, value, count) {
    const box = h("input", { type: "checkbox", value, onchange: () => this.toggle(field, value) });
    box.checked = this.store.filter[field].includes(value);
    const label = LABELS[field](value);
    const own = field === "language" ? ownName(value) : "";
    const extra = own && own.toLowerCase() !== label.toLowerCase() ? h("bdi", { class: "own", lang: value }, own) : null;
    const sign = field === "type" ? h("span", { class: `key ${isConflict(value) ? "down" : "up"}`, "aria-hidden": "true" }) : null;
    const title = field === "type" ? aboutType(value) : null;
    return h("li", { "data-name": `${label} ${value} ${own}`.toLowerCase() },
      h("label", { title }, box, sign, h("span", { class: "name" }, label, extra ? " " : null, extra), h("span", { class: "n" }, number(count))));
  }

  closeMenus(target) {
    for (const menu of this.menus) if (menu.open && !menu.contains(target)) menu.open = false;
  }

  escape(event) {
    const menu = event.key === "Escape" && this.menus.find((one) => one.open);
    if (!menu) return;
    event.stopPropagation();
    event.preventDefault();
    menu.open = false;
    menu.querySelector("summary").focus();
  }
}

function chip(text, remove) {
  const name = h("bdi", {}, text);
  return h("li", {}, h("button", { type: "button", class: "chip", onclick: remove }, name, h("span", { "aria-hidden": "true" }, " ×"), h("span", { class: "hidden" }, ", remove this filter")));
}

function finder(list, field) {
  const find = h("input", { type: "search", class: "find", placeholder: `Find a ${field}`, "aria-label": `Find a ${field}` });
  find.addEventListener("input", () => {
    const wanted = find.value.trim().toLowerCase();
    for (const item of list.children) item.hidden = !item.dataset.name.includes(wanted);
  });
  return find;
}
