// Names of things for readers: countries, languages, types, dates, durations.

const words = { types: {}, sectors: {}, countries: {} };
const languages = new Intl.DisplayNames("en", { type: "language" });
const ownNames = new Map();
const UTC = { timeZone: "UTC" };
const DAY = new Intl.DateTimeFormat("en-GB", { ...UTC, day: "numeric", month: "short", year: "numeric" });
const MONTH = new Intl.DateTimeFormat("en-GB", { ...UTC, month: "long", year: "numeric" });
const MOMENT = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

export async function learnWords() {
  Object.assign(words, await (await fetch("/api/vocabulary")).json());
}

export const types = () => Object.keys(words.types);
export const quad = (type) => words.types[type]?.quad ?? 1;
export const aboutType = (type) => words.types[type]?.about ?? "";
export const isConflict = (type) => quad(type) > 2;
export const typeName = (type) => type.charAt(0) + type.slice(1).toLowerCase();
export const country = (code) => words.countries[code]?.name ?? code;
export const sector = (code) => words.sectors[code] ?? code;

export function language(code) {
  if (!code || code === "und") return "language unknown";
  try {
    return languages.of(code) ?? code;
  } catch {
    return code;
  }
}

/** The name a language has for itself, where the browser knows it. */
export function ownName(code) {
  if (!ownNames.has(code)) {
    let name = "";
    try {
      name = new Intl.DisplayNames(code, { type: "language", fallback: "none" }).of(code) ?? "";
    } catch {
      // Not a code the browser reads.
    }
    ownNames.set(code, name);
  }
  return ownNames.get(code);
}

/** A date of an event to its precision; a range where it is one. */
export function when(date) {
  if (!date) return "no date";
  if (date.precision === "year") return date.start.slice(0, 4);
  if (date.precision === "month") return dateText(MONTH, date.start);
  if (date.start.slice(0, 10) === date.end.slice(0, 10)) return day(date.start);
  return `${day(date.start)} – ${day(date.end)}`;
}

export const day = (iso) => dateText(DAY, iso);

function dateText(format, iso) {
  const time = Date.parse(iso);
  return Number.isNaN(time) ? String(iso).slice(0, 10) : format.format(time);
}

export const moment = (ms) => (Number.isFinite(ms) ? MOMENT.format(ms) : "");

/** How long ago, in the coarsest unit that says something. */
export function ago(ms, now = Date.now()) {
  const seconds = Math.max(0, (now - ms) / 1000);
  return seconds < 5 ? "now" : seconds > 86400 * 6 ? moment(ms) : `${duration(seconds)} ago`;
}

export function duration(seconds) {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 86400 * 2) return `${Math.round(seconds / 3600)} h`;
  if (seconds < 86400 * 365 * 2) return `${Math.round(seconds / 86400)} days`;
  return `${Math.round(seconds / 86400 / 365.25)} years`;
}

export const number = (value) => (value === null || value === undefined ? "–" : value.toLocaleString("en-GB"));
export const counted = (value, one, many = `${one}s`) => `${number(value)} ${value === 1 ? one : many}`;

/** One side of an event, a label a party, each once: country with office, else sector, else its own words. */
export function parties(actors) {
  const seen = new Map();
  for (const actor of actors) {
    const label = party(actor);
    seen.set(label.country + label.role + label.own, label);
  }
  return [...seen.values()];
}

export function party(actor) {
  const known = actor.country ? country(actor.country) : "";
  const body = actor.office ? "" : (actor.organisation ?? "");
  const role = actor.office ?? (body || !actor.sector ? "" : sector(actor.sector));
  return { country: known, role: known && role === "government" ? "" : role, own: body || (known || role ? "" : actor.text) };
}

export const partyText = (label) => [label.country, label.role, label.own].filter(Boolean).join(" ");
