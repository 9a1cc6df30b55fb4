import { getSamples, listJobs, submitJob } from "/js/api.js";
import { clearDraft, loadDraft, saveDraft } from "/js/draft.js";
import { copyOf, element, setText } from "/js/dom.js";
import { sentence } from "/js/format.js";
import { JobList } from "/js/job-list.js";
import { JobOptions } from "/js/job-options.js";
import { jobAddress } from "/js/router.js";
import { SourceList } from "/js/source-list.js";
import { WordChips } from "/js/word-chips.js";

const RECENT = 5;

/** Where a job is composed: videos, words, options, and below them the latest jobs. */
export class Composer {
  #waitingForUploads = false;
  #handingOver = false;

  constructor() {
    const { root, parts } = copyOf("composer-view");
    this.root = root;
    this.parts = parts;
    this.title = "FastWhisper";
    this.sources = new SourceList(root, parts, () => this.#onChange());
    this.words = new WordChips(parts, () => this.#onChange());
    this.options = new JobOptions(parts, () => this.#saveDraft());
    parts.form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!this.#handingOver) this.#submit();
    });
    this.onUnload = (event) => this.sources.uploading && event.preventDefault();
    addEventListener("beforeunload", this.onUnload);
    this.#restoreDraft();
    this.#showSamples();
    this.recent = new JobList(parts.recentList, (jobs) => (parts.recent.hidden = jobs.length === 0));
    this.recent.show(() => listJobs(RECENT));
  }

  close() {
    removeEventListener("beforeunload", this.onUnload);
    this.recent.close();
  }

  async #showSamples() {
    let samples;
    try {
      samples = await getSamples();
    } catch {
      return; // Without samples the page is whole.
    }
    if (samples.samples.length === 0) return;
    this.samples = samples;
    this.parts.samples.hidden = false;
    this.parts.samples.addEventListener("click", () => {
      for (const { source, title } of samples.samples) this.sources.add(source, title, "sample");
      this.parts.wordText.focus();
    });
    this.#showSuggestions();
  }

  /** Words worth searching, while a sample is among the videos. */
  #showSuggestions() {
    if (!this.samples) return;
    const used = this.sources.entries.some((entry) => entry.kind === "sample");
    const left = this.samples.targets.filter((target) => !this.words.words.includes(target));
    this.parts.suggestions.hidden = !used || left.length === 0;
    const buttons = left.map((target) => {
      const add = element("button", { type: "button", class: "chip plain" }, `+ ${target}`);
      add.addEventListener("click", () => {
        this.words.add(target);
        this.parts.wordText.focus();
      });
      return element("li", {}, add);
    });
    this.parts.suggestionList.replaceChildren(...buttons);
  }

  #onChange() {
    if (!this.words) return; // still being put together
    if (this.sources.entries.length > 0) setText(this.parts.sourcesError, "");
    if (this.words.words.length > 0) setText(this.parts.wordsError, "");
    setText(this.parts.submitError, "");
    this.#showSuggestions();
    this.#saveDraft();
    if (this.#waitingForUploads) this.#submit();
  }

  async #submit() {
    this.sources.takeText();
    this.words.takeText();
    this.#waitingForUploads = false;
    if (!this.#complete()) return this.#showBusy("");
    if (this.sources.uploading) {
      this.#waitingForUploads = true;
      return this.#showBusy("Starts when all is uploaded…");
    }
    this.#handingOver = true;
    this.#showBusy("Handing over…");
    try {
      const job = await submitJob({
        sources: this.sources.entries.map((entry) => entry.source),
        targets: this.words.words,
        ...this.options.values,
      });
      clearDraft();
      location.hash = jobAddress(job.id);
    } catch (error) {
      const place = /^sources\/(\d+)/.exec(error.details?.field)?.[1];
      if (place === undefined || !this.sources.refuse(Number(place), error.message)) {
        setText(this.parts.submitError, sentence(error.message));
      }
      this.#showBusy("");
    } finally {
      this.#handingOver = false;
    }
  }

  /** Whether all is there; what is missing is told beside its field, and the first of it gets the focus. */
  #complete() {
    const { entries } = this.sources;
    const failed = entries.some((entry) => entry.state === "failed");
    const noSource = entries.length === 0 ? "Give at least one video." : "";
    const badSource = failed ? "A file could not be uploaded: send it again or remove it." : noSource;
    const noWord = this.words.words.length === 0 ? "Give at least one word or phrase." : "";
    setText(this.parts.sourcesError, badSource);
    setText(this.parts.wordsError, noWord);
    const wrongOption = this.options.invalidField();
    if (wrongOption) this.parts.options.open = true;
    const first = badSource ? this.parts.sourceText : noWord ? this.parts.wordText : wrongOption;
    first?.focus();
    return !first;
  }

  #showBusy(text) {
    setText(this.parts.submit, text || "Make the film");
    this.parts.submit.setAttribute("aria-disabled", String(text !== ""));
  }

  /** A reload loses nothing but files that are still on their way. */
  #saveDraft() {
    if (!this.options) return;
    const sources = this.sources.entries
      .filter((entry) => entry.source)
      .map(({ source, name, kind }) => ({ source, name, kind }));
    saveDraft({ sources, words: this.words.words, options: this.options.values });
  }

  #restoreDraft() {
    const draft = loadDraft();
    if (!draft) return;
    this.options.set(draft.options);
    this.parts.options.open = Object.keys(this.options.values).length > 0;
    this.words.add(draft.words.join(","));
    for (const { source, name, kind } of draft.sources) this.sources.add(source, name, kind);
  }
}
