import { copyOf, element, setText } from "/js/dom.js";
import { clock, count, moment } from "/js/format.js";
import { jobAddress } from "/js/router.js";
import { shortName } from "/js/source.js";
import { showStatus } from "/js/status.js";

/** How often a list with a job that runs is asked for again. */
const AGAIN_MS = 3_000;
const WORDS_SHOWN = 6;
const SOURCES_SHOWN = 3;

/** Rows of jobs, kept up to date while one of them runs. */
export class JobList {
  #closed = false;

  /**
   * @param list the ul that holds the rows
   * @param onShown called with the jobs whenever they are shown
   * @param onFailed called with an ApiError where they cannot be shown; they are asked for again
   */
  constructor(list, onShown, onFailed = () => {}) {
    this.list = list;
    this.onShown = onShown;
    this.onFailed = onFailed;
  }

  /** Shows what the function answers (a page of jobs), again and again while one of them runs. */
  async show(ask) {
    try {
      const { jobs } = await ask();
      if (this.#closed) return;
      this.#paint(jobs);
      this.onShown(jobs);
      if (!jobs.some((job) => job.status === "processing")) return;
    } catch (error) {
      if (error.status === 401 || this.#closed) return;
      this.onFailed(error);
    }
    if (!this.#closed) this.timer = setTimeout(() => this.show(ask), AGAIN_MS);
  }

  /** Adds rows below those that are shown. */
  append(jobs) {
    this.list.append(...jobs.map(rowOf));
  }

  close() {
    this.#closed = true;
    clearTimeout(this.timer);
  }

  /** Only rows that differ are made anew, so that a focus in one of the others stays. */
  #paint(jobs) {
    const now = new Map([...this.list.children].map((row) => [row.dataset.job, row]));
    const rows = jobs.map((job) => {
      const state = JSON.stringify(job);
      const row = now.get(job.id);
      if (row?.state === state) return row;
      const fresh = rowOf(job);
      fresh.state = state;
      return fresh;
    });
    if (rows.some((row, place) => this.list.children[place] !== row) || this.list.children.length !== rows.length) {
      const focused = document.activeElement?.closest?.("[data-job]")?.dataset.job;
      this.list.replaceChildren(...rows);
      if (focused) this.list.querySelector(`[data-job="${focused}"] a`)?.focus();
    }
  }
}

function rowOf(job) {
  const { root, parts } = copyOf("job-row");
  root.dataset.job = job.id;
  parts.link.href = jobAddress(job.id);
  const words = job.targets.slice(0, WORDS_SHOWN);
  parts.words.append(...words.map((word, place) => element("span", { class: `chip small pen-${place % 6}` }, word)));
  if (job.targets.length > WORDS_SHOWN) parts.words.append(`and ${job.targets.length - WORDS_SHOWN} more`);
  setText(parts.sources, namesOf(job));
  showStatus(parts.status, job.status);
  setText(parts.facts, factsOf(job));
  return root;
}

function namesOf({ sources, titles = [] }) {
  const names = sources.slice(0, SOURCES_SHOWN).map((source, place) => shortName(source, titles[place]));
  const more = sources.length > SOURCES_SHOWN ? ` and ${sources.length - SOURCES_SHOWN} more` : "";
  return names.join(", ") + more;
}

function factsOf(job) {
  const facts = [moment(job.receivedAtMs)];
  if (job.clips > 0) facts.unshift(count(job.clips, "clip"), clock(job.lengthMs || 0));
  else if (job.status === "completed") facts.unshift("nothing heard");
  return facts.join(" · ");
}
