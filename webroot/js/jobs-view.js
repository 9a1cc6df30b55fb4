import { listJobs } from "/js/api.js";
import { copyOf, setText } from "/js/dom.js";
import { sentence } from "/js/format.js";
import { JobList } from "/js/job-list.js";

const PAGE = 30;

/** All jobs, the newest first, page by page. */
export class JobsView {
  constructor() {
    const { root, parts } = copyOf("jobs-view");
    this.root = root;
    this.parts = parts;
    this.title = "Jobs – FastWhisper";
    this.list = new JobList(
      parts.list,
      (jobs) => {
        parts.empty.hidden = jobs.length > 0;
        setText(parts.error, "");
      },
      (error) => setText(parts.error, `${sentence(error.message)} Trying again…`),
    );
    this.asked = PAGE;
    parts.more.addEventListener("click", () => this.#more());
    this.list.show(() => this.#firstPages());
  }

  close() {
    this.list.close();
  }

  /** All pages that are on screen: what has changed in any of them is seen. */
  async #firstPages() {
    const jobs = [];
    let before;
    do {
      const page = await listJobs(PAGE, before);
      jobs.push(...page.jobs);
      before = page.before ?? undefined;
    } while (before !== undefined && jobs.length < this.asked);
    this.before = before;
    this.parts.more.hidden = before === undefined;
    return { jobs };
  }

  async #more() {
    try {
      const page = await listJobs(PAGE, this.before);
      this.asked += PAGE;
      this.before = page.before ?? undefined;
      this.parts.more.hidden = this.before === undefined;
      this.list.append(page.jobs);
      setText(this.parts.error, "");
    } catch (error) {
      setText(this.parts.error, sentence(error.message));
    }
  }
}
