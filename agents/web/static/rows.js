// An event of the API as a row: what the list, the filters, the map and the charts need, and no more.

import { country, isConflict, language, parties, quad, typeName } from "./words.js";

const SEARCHED = 2000;
const VARIANTS = { "ي": "ی", "ى": "ی", "ك": "ک", "ة": "ہ", "ه": "ہ", "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا" };

/** Fold a text for searching: case, accents, and the letters that Arabic, Persian and Urdu write differently. */
export function folded(text) {
  return text
    .normalize("NFKD")
    .replace(/[\u0300-\u036f\u064b-\u0655\u0670\u0640\u200b-\u200f]/g, "")
    .replace(/[يىكةهأإآٱ]/g, (letter) => VARIANTS[letter])
    .toLowerCase();
}

export function rowOf(item) {
  const event = item.event;
  const all = [...event.actors, ...event.recipients];
  const place = event.event_location;
  const best = event.headline_mentions[0];
  const row = {
    id: event.event_id,
    seq: item.seq,
    arrived: Date.parse(item.arrived),
    revision: event.revision,
    status: event.status,
    mergedInto: event.merged_into,
    type: event.event_type,
    mode: event.event_mode,
    quad: quad(event.event_type),
    conflict: isConflict(event.event_type),
    actors: parties(event.actors),
    recipients: parties(event.recipients),
    countries: distinct([...all.map((one) => one.country), place?.country]),
    dyads: dyadsOf(event),
    languages: event.languages,
    confidence: event.confidence,
    sources: event.num_sources,
    articles: event.num_articles,
    mentions: event.num_mentions,
    date: event.event_date,
    day: (event.event_date?.start ?? event.first_seen ?? item.arrived).slice(0, 10),
    place: place ? { name: place.name, lat: place.lat, lon: place.lon, country: place.country, at: place.precision } : null,
    evidence: best ? best.evidence.slice(0, 400) : "",
    evidenceLanguage: best ? best.language : "und",
    haystack: "",
  };
  row.haystack = haystack(row, event, all);
  return row;
}

function haystack(row, event, all) {
  const parts = [row.id, typeName(row.type), row.mode, row.place?.name];
  for (const one of all) parts.push(one.text, one.person, one.office, one.organisation);
  for (const code of row.countries) parts.push(code, country(code));
  for (const code of row.languages) parts.push(language(code));
  for (const one of event.headline_mentions) parts.push(one.evidence.slice(0, SEARCHED), one.source);
  return folded(parts.filter(Boolean).join("\n"));
}

/** The pairs of countries between which an event is, in alphabetical order. */
function dyadsOf(event) {
  const actors = distinct(event.actors.map((one) => one.country));
  const recipients = distinct(event.recipients.map((one) => one.country));
  const others = recipients.length ? recipients : actors;
  const pairs = actors.flatMap((one) => others.filter((other) => other !== one).map((other) => [one, other].sort().join("-")));
  return distinct(pairs);
}

export const distinct = (values) => [...new Set(values.filter(Boolean))];
