// The list of events: only the rows in sight are in the page, whatever their number.

import { byId, h, inLanguage, oncePerFrame } from "./dom.js";
import { ago, counted, language, partyText, typeName, when } from "./words.js";

const OVERSCAN = 4;
const NEW_FOR = 4000;

export class List {
  constructor() {
    this.scroller = byId("scroll");
    this.box = byId("rows");
    this.items = [];
    this.index = new Map();
    this.nodes = new Map();
    this.active = null;
    this.opened = null;
    this.height = 0;
    this.draw = oncePerFrame(() => this.render());
    this.scroller.addEventListener("scroll", this.draw, { passive: true });
    this.box.addEventListener("keydown", (event) => this.key(event));
    this.box.addEventListener("focusin", (event) => this.focused(event));
    new ResizeObserver(() => this.measure()).observe(this.scroller);
  }

  get atTop() {
    return this.scroller.scrollTop < 4;
  }

  show(rows) {
    this.items = rows;
    this.index = new Map(rows.map((row, at) => [row.id, at]));
    if (!this.index.has(this.active)) this.active = rows[0]?.id ?? null;
    this.render();
  }

  mark(id) {
    this.opened = id;
    if (id && this.index.has(id)) {
      this.active = id;
      this.reveal(id);
    }
    this.render();
  }

  /** Scroll as far as needed to see a row. */
  reveal(id) {
    const top = this.index.get(id) * this.height;
    const bottom = top + this.height - this.scroller.clientHeight;
    if (this.scroller.scrollTop > top) this.scroller.scrollTop = top;
    if (this.scroller.scrollTop < bottom) this.scroller.scrollTop = bottom;
  }

  measure() {
    const probe = h("li", { class: "row" }, h("a", { class: "line" }));
    this.box.append(probe);
    this.height = probe.offsetHeight || 120;
    probe.remove();
    this.render();
  }

  render() {
    if (!this.height) return;
    const first = Math.max(0, Math.floor(this.scroller.scrollTop / this.height) - OVERSCAN);
    const room = Math.ceil(this.scroller.clientHeight / this.height) + 2 * OVERSCAN;
    const wanted = this.items.slice(first, first + room);
    const ids = new Set(wanted.map((row) => row.id));
    // The row that has or would get the focus stays, or the list could not be reached by keys.
    if (this.index.has(this.active) && !ids.has(this.active)) {
      wanted.push(this.items[this.index.get(this.active)]);
      ids.add(this.active);
    }
    for (const [id, node] of this.nodes) {
      if (ids.has(id)) continue;
      node.remove();
      this.nodes.delete(id);
    }
    this.box.style.height = `${this.items.length * this.height}px`;
    this.place(wanted);
  }

  place(wanted) {
    let before = null;
    for (const row of wanted) {
      const at = this.index.get(row.id);
      let node = this.nodes.get(row.id);
      if (!node || node.seq !== row.seq) {
        const made = rowNode(row);
        if (node) this.replace(node, made);
        node = made;
        this.nodes.set(row.id, node);
      }
      node.style.transform = `translateY(${at * this.height}px)`;
      node.setAttribute("aria-posinset", at + 1);
      node.setAttribute("aria-setsize", this.items.length);
      const link = node.firstChild;
      link.tabIndex = row.id === this.active ? 0 : -1;
      if (row.id === this.opened) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
      const next = before ? before.nextSibling : this.box.firstChild;
      if (next !== node) this.box.insertBefore(node, next);
      before = node;
    }
  }

  replace(old, made) {
    const focus = old.contains(document.activeElement);
    old.replaceWith(made);
    if (focus) made.firstChild.focus({ preventScroll: true });
  }

  focused(event) {
    const id = event.target.closest("li")?.dataset.id;
    if (id && id !== this.active) {
      this.active = id;
      this.draw();
    }
  }

  key(event) {
    const page = Math.max(1, Math.floor(this.scroller.clientHeight / this.height) - 1);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity, j: 1, k: -1 };
    const step = steps[event.key];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const at = this.index.get(this.active) ?? 0;
    this.focus(this.items[Math.min(this.items.length - 1, Math.max(0, at + step))]?.id);
  }

  /** Move the focus to a row, and the row into sight. */
  focus(id) {
    if (!this.index.has(id)) return;
    this.active = id;
    this.reveal(id);
    this.render();
    this.nodes.get(id)?.firstChild.focus({ preventScroll: true });
  }

  toTop() {
    this.scroller.scrollTop = 0;
    this.render();
  }
}

function rowNode(row) {
  const fresh = Date.now() - row.arrived < NEW_FOR ? " fresh-row" : "";
  const place = row.place ? h("bdi", { class: "where" }, row.place.name) : null;
  const node = h(
    "li",
    { class: `row q${row.quad}${fresh}`, "data-id": row.id },
    h(
      "a",
      { class: "line", href: `#${encodeURIComponent(row.id)}` },
      h("span", { class: "kind" }, typeTag(row), stateTag(row), h("span", { class: "date" }, when(row.date), place ? ", " : "", place)),
      h("span", { class: "who" }, ...sides(row)),
      h("span", { class: "evidence", ...inLanguage(row.evidenceLanguage, row.evidence) }, row.evidence),
      h("span", { class: "meta" }, ...meta(row)),
    ),
  );
  node.seq = row.seq;
  return node;
}

export function typeTag(row) {
  const mode = row.mode ? h("span", { class: "mode" }, ` ${row.mode}`) : null;
  return h("span", { class: `tag q${row.quad}` }, typeName(row.type), mode);
}

export function stateTag(row) {
  if (row.status === "retracted") return h("span", { class: "tag withdrawn" }, "withdrawn");
  return row.status === "merged" ? h("span", { class: "tag withdrawn" }, "merged") : null;
}

/** Who, an arrow, whom; a plus where both did it together. */
export function sides(row) {
  const actors = row.actors.flatMap((one, at) => [at ? joint(" + ", " and ") : null, side(one)]);
  if (!row.recipients.length) return actors.length ? actors : [h("span", { class: "nobody" }, "nobody named")];
  const recipients = row.recipients.flatMap((one, at) => [at ? joint(" + ", " and ") : null, side(one)]);
  return [...(actors.length ? actors : [h("span", { class: "nobody" }, "somebody")]), joint(" → ", " towards "), ...recipients];
}

const joint = (sign, said) => [h("span", { class: "joint", "aria-hidden": "true" }, sign), h("span", { class: "hidden" }, said)];

function side(label) {
  const rest = [label.role, label.own].filter(Boolean).join(" ");
  return h("span", { class: "party", title: partyText(label) }, label.country, rest ? h("bdi", { class: "role" }, label.country ? ` ${rest}` : rest) : null);
}

function meta(row) {
  const told = row.sources > 1 ? counted(row.sources, "source") : row.articles > 1 ? counted(row.articles, "article") : "1 source";
  return [
    h("span", { class: `told${row.sources > 1 ? " many" : ""}` }, told),
    h("span", {}, ...row.languages.slice(0, 6).flatMap((code, at) => [at ? " " : null, h("abbr", { title: language(code) }, code)]),
      row.languages.length > 6 ? ` +${row.languages.length - 6}` : null),
    h("span", { class: "ago" }, ago(row.arrived)),
    meter(row.confidence),
  ];
}

/** How sure it is, as bars and as a number. */
export function meter(value) {
  const bars = [0.2, 0.4, 0.6, 0.8, 0.95].map((from) => h("i", { class: value >= from ? "on" : "" }));
  return h("span", { class: "sure" }, h("span", { class: "hidden" }, "confidence "), h("span", { class: "bars", "aria-hidden": "true" }, ...bars), value.toFixed(2));
}
