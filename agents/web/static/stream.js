// The stream of events: a snapshot first, then every change, from where it broke off.

const SILENCE = 30_000;

/** Follow the server; `on.rows(items)`, `on.reset()`, `on.state(name, pulse)` are told what comes. */
export class Stream {
  constructor(on) {
    this.on = on;
    this.source = null;
    this.cursor = "";
    this.timer = 0;
  }

  async start() {
    this.on.state("connecting");
    try {
      const response = await fetch("/api/events?limit=10000");
      if (response.status === 401) return location.reload();
      if (!response.ok) throw new Error(response.statusText);
      const body = await response.json();
      this.cursor = body.cursor;
      this.on.reset(body.limit);
      this.on.rows(body.events.reverse());
      this.listen();
    } catch {
      this.on.state("offline");
      setTimeout(() => this.start(), 3000);
    }
  }

  listen() {
    const source = new EventSource(`/api/stream?after=${encodeURIComponent(this.cursor)}`);
    this.source?.close();
    this.source = source;
    source.addEventListener("reset", () => this.on.reset());
    source.addEventListener("events", (event) => {
      this.cursor = event.lastEventId;
      this.on.rows(JSON.parse(event.data));
      this.alive();
    });
    source.addEventListener("pulse", (event) => {
      this.on.state("live", JSON.parse(event.data));
      this.alive();
    });
    source.addEventListener("error", () => {
      this.on.state("offline");
      // The browser itself comes again after a break, but gives up where it was refused.
      if (source.readyState === EventSource.CLOSED) setTimeout(() => this.source === source && this.start(), 3000);
    });
    this.alive();
  }

  /** A connection that is dead but not closed is silent: begin anew. */
  alive() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.on.state("offline");
      this.listen();
    }, SILENCE);
  }
}
