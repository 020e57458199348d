// The rows of the page, what is asked of them, and the order in which they are shown.

import { folded } from "./rows.js";

export const NO_FILTER = Object.freeze({
  type: [], country: [], language: [], dyad: "", confidence: 0, sources: 0, q: "", order: "arrival",
});

const ORDERS = {
  arrival: (a, b) => b.seq - a.seq,
  date: (a, b) => compare(b.day, a.day) || b.seq - a.seq,
  sources: (a, b) => b.sources - a.sources || b.mentions - a.mentions || b.seq - a.seq,
  confidence: (a, b) => b.confidence - a.confidence || b.seq - a.seq,
};

const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

export class Store {
  constructor() {
    this.rows = new Map();
    this.limit = 5000;
    this.filter = { ...NO_FILTER };
    this.shown = [];
  }

  clear() {
    this.rows.clear();
  }

  /** Take rows as they come; the oldest go where there are more than the limit. */
  take(rows) {
    for (const row of rows) {
      const known = this.rows.get(row.id);
      if (known && known.seq >= row.seq) continue;
      this.rows.delete(row.id);
      this.rows.set(row.id, row);
    }
    for (const id of this.rows.keys()) {
      if (this.rows.size <= this.limit) break;
      this.rows.delete(id);
    }
  }

  /** Choose and order the rows to show. */
  refresh() {
    const holds = predicate(this.filter);
    this.shown = [...this.rows.values()].filter(holds).sort(ORDERS[this.filter.order] ?? ORDERS.arrival);
    return this.shown;
  }

  /** The values of a field with how many rows have each, all other filters in force, the commonest first. */
  counts(field) {
    const holds = predicate({ ...this.filter, [field]: [] });
    const counts = new Map();
    for (const row of this.rows.values()) {
      if (!holds(row)) continue;
      for (const value of valuesOf(row, field)) counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    for (const value of this.filter[field]) if (!counts.has(value)) counts.set(value, 0);
    return [...counts].sort((a, b) => b[1] - a[1] || compare(a[0], b[0]));
  }

  /** Rows that stand: not merged into others. */
  get standing() {
    let count = 0;
    for (const row of this.rows.values()) if (row.status !== "merged") count += 1;
    return count;
  }
}

function valuesOf(row, field) {
  return field === "type" ? [row.type] : field === "country" ? row.countries : row.languages;
}

/** A function that says whether a row meets a filter. Merged events are shown as the event they became. */
export function predicate(filter) {
  const words = folded(filter.q).split(/\s+/).filter(Boolean);
  const type = new Set(filter.type);
  const countries = new Set(filter.country);
  const languages = new Set(filter.language);
  return (row) =>
    row.status !== "merged" &&
    (!type.size || type.has(row.type)) &&
    (!countries.size || row.countries.some((code) => countries.has(code))) &&
    (!filter.dyad || row.dyads.includes(filter.dyad)) &&
    (!languages.size || row.languages.some((code) => languages.has(code))) &&
    row.confidence >= filter.confidence &&
    row.sources >= filter.sources &&
    words.every((word) => row.haystack.includes(word));
}

const LISTS = ["type", "country", "language"];

/** The filter as the query of the page's address; only what differs from showing all. */
export function toQuery(filter) {
  const query = new URLSearchParams();
  for (const name of LISTS) if (filter[name].length) query.set(name, filter[name].join(","));
  for (const name of ["dyad", "confidence", "sources", "q"]) if (filter[name]) query.set(name, filter[name]);
  if (filter.order !== "arrival") query.set("order", filter.order);
  return query.toString();
}

export function fromQuery(text) {
  const query = new URLSearchParams(text);
  const filter = { ...NO_FILTER, dyad: query.get("dyad") ?? "", q: (query.get("q") ?? "").slice(0, 200) };
  for (const name of LISTS) filter[name] = (query.get(name) ?? "").split(",").filter(Boolean).slice(0, 300);
  filter.confidence = Math.min(0.95, Math.max(0, Number(query.get("confidence")) || 0));
  filter.sources = Math.max(0, Number(query.get("sources")) || 0);
  if (query.get("order") in ORDERS) filter.order = query.get("order");
  return filter;
}
