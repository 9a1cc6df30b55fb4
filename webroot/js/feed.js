import { eventsAddress } from "/js/api.js";

const KINDS = ["stage", "video", "match", "clip", "failure", "progress", "reset", "end"];
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Follows a job's progress feed until its end. The browser comes back by itself, with Last-Event-ID, where the connection
 * breaks; where it has given up (an answer that is no feed) this begins anew, if its owner wants it to, and everything is told
 * again: receivers must bear events that they know.
 */
export class Feed {
  /**
   * @param id of the job
   * @param onEvent called with the kind and the data of each event
   * @param onConnection called with true when the feed is connected, false when it is lost
   * @param wanted asked, after an answer that was no feed, for a promise of whether to begin anew
   */
  constructor(id, onEvent, onConnection, wanted) {
    this.id = id;
    this.onEvent = onEvent;
    this.onConnection = onConnection;
    this.wanted = wanted;
    this.closed = false;
    this.pauseMs = FIRST_PAUSE_MS;
    this.#connect();
  }

  #connect() {
    const source = new EventSource(eventsAddress(this.id));
    this.source = source;
    source.onopen = () => {
      this.pauseMs = FIRST_PAUSE_MS;
      this.onConnection(true);
    };
    source.onerror = () => {
      this.onConnection(false);
      if (source.readyState === EventSource.CLOSED) this.#connectLater();
    };
    for (const kind of KINDS) {
      source.addEventListener(kind, (event) => {
        // An "error" of EventSource itself has no data.
        if (typeof event.data !== "string") return;
        if (kind === "end") this.close();
        this.onEvent(kind, event.data ? JSON.parse(event.data) : {});
      });
    }
  }

  #connectLater() {
    this.timer = setTimeout(async () => {
      if ((await this.wanted()) && !this.closed) this.#connect();
    }, this.pauseMs);
    this.pauseMs = Math.min(this.pauseMs * 2, LONGEST_PAUSE_MS);
  }

  /** Nothing is told any more. */
  close() {
    this.closed = true;
    clearTimeout(this.timer);
    this.source.close();
  }
}
