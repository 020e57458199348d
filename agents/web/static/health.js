// How the stream is: what waits, how fresh the events are, what could not be processed.

import { byId, fill, h } from "./dom.js";
import { ago, counted, duration, number } from "./words.js";

const EVERY = 5000;

export class Health {
  constructor() {
    this.timer = 0;
  }

  /** Ask every few seconds while the view is in sight. */
  watch(inSight) {
    clearTimeout(this.timer);
    if (inSight) this.ask();
  }

  async ask() {
    try {
      const response = await fetch("/api/health");
      if (!response.ok) throw new Error(`the server answers ${response.status}`);
      this.show(await response.json());
    } catch (error) {
      fill(byId("stream"), h("h2", {}, "Stream"), h("p", { class: "notice" }, `No answer: ${error.message}`));
    }
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), EVERY);
  }

  show(report) {
    const fresh = report.freshness;
    fill(byId("stream"),
      h("section", { class: "card" },
        h("h2", {}, "Stream"),
        report.fault ? h("p", { class: "notice" }, report.fault) : null,
        h("div", { class: "figures" },
          figure("waiting for a stage", report.lag === null ? "–" : number(report.lag), report.lag > 1000 ? "warn" : ""),
          figure("since the last event", fresh.seconds_since_event === null ? "–" : duration(fresh.seconds_since_event)),
          figure("from report to event, median", delay(fresh.published_to_event_seconds)),
          figure("dead letters", number(report.dead.total), report.dead.total ? "warn" : "")),
        h("p", { class: "note" }, `Of the last days on the topics as this page has read them. ${counted(report.events, "event")} kept, ${counted(report.streams.open, "page")} open.`)),
      h("section", { class: "card" }, h("h3", {}, "Stages"), table(["Stage", "Waiting"], report.stages.map((one) => [h("span", {}, one.stage, h("span", { class: "basis" }, ` reads ${one.topic}`)), number(one.lag)]))),
      h("section", { class: "card" }, h("h3", {}, "Topics"),
        table(["Topic", "Records written", "A minute", "Newest read", "Refused"], report.topics.map((one) => [
          one.fault ? h("span", {}, one.topic, h("span", { class: "fault" }, ` ${one.fault}`)) : one.topic,
          number(one.records), number(one.per_minute), one.newest ? ago(Date.parse(one.newest)) : "–", one.newest ? number(one.refused) : "–"]))),
      h("section", { class: "card" }, h("h3", {}, "Dead letters"), ...dead(report.dead)),
      report.feeds.total ? h("section", { class: "card" }, h("h3", {}, "Feeds"), ...feeds(report.feeds)) : null);
  }
}

/** Of a replayed archive it is years, and says nothing. */
const delay = (seconds) => (seconds === null ? "–" : seconds > 30 * 86_400 ? "archive" : duration(seconds));

const figure = (label, value, kind = "") => h("div", { class: `figure ${kind}` }, h("span", { class: "value" }, value), h("span", { class: "label" }, label));

function table(heads, rows) {
  return h("div", { class: "wide", tabindex: "0", role: "group", "aria-label": heads[0] + " table" },
    h("table", {},
      h("thead", {}, h("tr", {}, ...heads.map((head) => h("th", { scope: "col" }, head)))),
      h("tbody", {}, ...rows.map(([first, ...rest]) => h("tr", {}, h("th", { scope: "row" }, first), ...rest.map((cell) => h("td", {}, cell)))))));
}

function dead(report) {
  if (!report.total) return [h("p", { class: "note" }, "None: everything could be processed.")];
  return [
    table(["Stage", "Reason", "Count"], report.by.map((one) => [one.stage, one.reason, number(one.count)])),
    h("ul", { class: "latest", role: "list" }, ...report.latest.map((one) => h("li", {}, h("span", { class: "basis" }, `${ago(Date.parse(one.time))}, ${one.stage}, ${one.reason}: `), h("bdi", {}, one.message || "no message")))),
  ];
}

function feeds(report) {
  const failing = report.latest.map((one) => h("li", {}, h("bdi", {}, one.feed), h("span", { class: "basis" }, ` ${one.state}: `), h("bdi", {}, one.error ?? "")));
  return [h("p", {}, `${counted(report.total, "feed")}, ${number(report.failing)} failing.`), failing.length ? h("ul", { class: "latest", role: "list" }, ...failing) : null];
}
