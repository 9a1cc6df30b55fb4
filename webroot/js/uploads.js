import { upload } from "/js/api.js";

const AT_A_TIME = 2;

/** Sends files, a few at a time, in the order in which they were given. */
export class Uploads {
  #waiting = [];
  #running = new Map();

  /**
   * Sends the file of the entry. Of the entry these fields are kept up to date, and onChange is called: state ("waiting",
   * "sending", "there", "failed" or "removed"), share, source (once it is there), error.
   */
  add(entry, onChange) {
    Object.assign(entry, { state: "waiting", share: 0, error: "" });
    this.#waiting.push({ entry, onChange });
    this.#next();
  }

  /** Breaks the entry's upload off. */
  remove(entry) {
    this.#waiting = this.#waiting.filter((work) => work.entry !== entry);
    entry.state = "removed";
    this.#running.get(entry)?.abort();
  }

  get busy() {
    return this.#running.size + this.#waiting.length > 0;
  }

  #next() {
    while (this.#running.size < AT_A_TIME && this.#waiting.length > 0) this.#send(this.#waiting.shift());
  }

  async #send({ entry, onChange }) {
    entry.state = "sending";
    const { done, abort } = upload(entry.file, (share) => {
      entry.share = share;
      onChange();
    });
    this.#running.set(entry, { abort });
    onChange();
    try {
      const answer = await done;
      Object.assign(entry, { state: "there", share: 1, source: answer.source });
    } catch (error) {
      if (entry.state !== "removed") Object.assign(entry, { state: "failed", error: error.message });
    }
    this.#running.delete(entry);
    this.#next();
    onChange();
  }
}
