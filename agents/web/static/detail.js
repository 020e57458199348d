// One event opened: what is known of it, and its mentions side by side, each in its language and direction.

import { byId, direction, fill, h, inLanguage, safeLink } from "./dom.js";
import { meter, sides, stateTag, typeTag } from "./list.js";
import { rowOf } from "./rows.js";
import { counted, country, day, language, moment, ownName, party, partyText, when } from "./words.js";

const BASIS = {
  sentence: "as the sentence says", document: "as the article says", header: "from the article’s header",
  dateline: "from the dateline", publication: "from the day of publication",
};
const REALIS = { historical: "recalled", future: "announced", hypothetical: "conditional", negated: "denied" };
const PARTS = { trigger: "what was done", roles: "who and whom", country: "countries", realis: "that it happened" };

/** Fetch an event and show it; an event that was merged shows what it became. */
export async function showEvent(id) {
  const box = byId("event");
  const response = await fetch(`/api/events/${encodeURIComponent(id)}`);
  if (response.status === 401) return location.reload();
  if (!response.ok) {
    fill(box, closing(), h("h2", { id: "event-title" }, "Not here"), h("p", {}, "This event is unknown, or older than what this page keeps."));
    return;
  }
  const item = await response.json();
  const row = rowOf(item);
  box.dataset.id = row.id;
  box.dataset.seq = row.seq;
  fill(box, closing(), heading(row), becoming(item.event), facts(item.event), ...mentions(item));
}

function closing() {
  return h("a", { class: "close", href: "#", "aria-label": "Close this event" }, h("span", { "aria-hidden": "true" }, "×"));
}

function heading(row) {
  return h("header", { class: `title q${row.quad}` },
    h("p", { class: "kind" }, typeTag(row), stateTag(row), meter(row.confidence)),
    h("h2", { id: "event-title" }, ...sides(row)));
}

function becoming(event) {
  if (event.status === "merged") {
    return h("p", { class: "notice" }, "The same as another event, which has all its reports: ", h("a", { href: `#${event.merged_into}` }, "open that one"), ".");
  }
  return event.status === "retracted" ? h("p", { class: "notice" }, "Withdrawn: no report stands behind it any more.") : null;
}

function facts(event) {
  const place = event.event_location;
  const date = event.event_date;
  return h("dl", { class: "facts" },
    ...fact("When", when(date), date ? h("span", { class: "basis" }, ` ${BASIS[date.basis] ?? ""}`, date.text ? [": ", h("q", {}, h("bdi", {}, date.text))] : null) : null),
    ...(place ? fact("Where", h("bdi", {}, place.name), place.country && place.precision !== "country" ? `, ${country(place.country)}` : null, h("span", { class: "basis" }, ` ${BASIS[place.basis] ?? ""}`)) : []),
    ...people(event),
    ...fact("Told by", [counted(event.num_sources, "source"), counted(event.num_articles, "article"), counted(event.num_mentions, "mention")].join(", "), spoken(event.languages)),
    ...fact("Reports", event.first_seen ? `${day(event.first_seen)}${day(event.first_seen) === day(event.last_seen) ? "" : ` – ${day(event.last_seen)}`}` : "no date", `, revision ${event.revision}`),
    ...fact("Id", h("code", {}, event.event_id)));
}

const spoken = (codes) => ` in ${codes.slice(0, 8).map(language).join(", ")}${codes.length > 8 ? ` and ${codes.length - 8} more` : ""}`;

const fact = (name, ...values) => [h("dt", {}, name), h("dd", {}, ...values)];

function people(event) {
  const named = new Map();
  for (const actor of [...event.actors, ...event.recipients]) {
    if (actor.person && !named.has(actor.person)) named.set(actor.person, actor);
  }
  if (!named.size) return [];
  const each = [...named].map(([name, actor]) => {
    const role = partyText(party(actor));
    return h("li", {}, h("bdi", { class: "person" }, name), role ? h("span", { class: "basis" }, ` ${role}`) : null);
  });
  return [h("dt", {}, "Who"), h("dd", {}, h("ul", { class: "people", role: "list" }, ...each))];
}

function mentions(item) {
  const missing = item.event.num_mentions - item.mentions.length;
  const note = missing > 0 ? h("p", { class: "note" }, `${counted(missing, "more mention")} not shown here.`) : null;
  const cards = item.mentions.length ? item.mentions.map(card) : item.event.headline_mentions.map(headlineCard);
  return [
    h("div", { class: "head" }, h("h3", {}, "As told"), legend()),
    h("div", { class: "mentions" }, ...cards),
    note,
  ];
}

function legend() {
  return h("p", { class: "legend" }, h("mark", {}, "evidence"), " ", h("strong", { class: "trigger" }, "what was done"), " ",
    h("span", { class: "actor" }, "who"), " ", h("span", { class: "recipient" }, "to whom"));
}

function card(told) {
  const one = told.mention;
  const quotes = told.passages.map((runs) => {
    const text = runs.map((run) => run.text).join("");
    return h("blockquote", inLanguage(one.language, text), h("p", {}, ...runs.map(run)));
  });
  return h("article", { class: "mention", "aria-label": `${one.source ?? "A source"} in ${language(one.language)}` },
    head(one), title(one, told.headline), ...quotes, attribution(one), footer(one));
}

/** The best evidence alone, where the mention itself is no longer kept. */
function headlineCard(one) {
  return h("article", { class: "mention" }, head(one),
    h("blockquote", inLanguage(one.language, one.evidence), h("p", {}, h("mark", {}, one.evidence))), original(one.url));
}

function head(one) {
  const own = ownName(one.language);
  const name = language(one.language);
  return h("header", {},
    h("span", { class: "tongue" }, name, own && own.toLowerCase() !== name.toLowerCase() ? [" ", h("bdi", { lang: one.language }, own)] : null),
    h("bdi", { class: "source" }, one.source ?? "source unknown"),
    h("span", { class: "basis" }, one.published ? day(one.published) : "undated"),
    meter(one.confidence));
}

function title(one, headline) {
  return headline ? h("h4", inLanguage(one.language, headline), headline) : null;
}

function run(part) {
  const marks = part.marks.filter((name) => name !== "evidence").join(" ");
  let node = part.text;
  if (part.marks.includes("trigger")) node = h("strong", { class: marks }, part.text);
  else if (marks) node = h("span", { class: marks }, part.text);
  return part.marks.includes("evidence") ? h("mark", {}, node) : node;
}

function attribution(one) {
  const flags = one.auxiliary.map((name) => h("span", { class: "tag flag" }, REALIS[name] ?? name));
  const speaker = one.attribution?.speaker;
  const says = speaker ? h("span", { class: "says" }, "told by ", h("bdi", { dir: direction(one.language, speaker.text) }, speaker.person ?? speaker.text)) : null;
  return flags.length || says ? h("p", { class: "realis" }, ...flags, says) : null;
}

function footer(one) {
  const rows = Object.entries(PARTS).flatMap(([name, label]) => [h("dt", {}, label), h("dd", {}, meter(one.confidence_parts[name]))]);
  return h("footer", {},
    original(one.url),
    h("details", {}, h("summary", {}, "Why this sure"), h("dl", {}, ...rows,
      h("dt", {}, "read by"), h("dd", {}, h("code", {}, one.coder)), h("dt", {}, "article"), h("dd", {}, h("code", {}, one.article_id)))));
}

function original(url) {
  const link = url ? safeLink(url) : null;
  if (!link) return h("span", { class: "basis" }, url ? "no web address" : "no link");
  return h("a", { href: link, rel: "noopener noreferrer", target: "_blank" }, "Original ", h("span", { "aria-hidden": "true" }, "↗"), h("span", { class: "hidden" }, " (opens a new tab)"));
}

export const seenAt = (ms) => moment(ms);
