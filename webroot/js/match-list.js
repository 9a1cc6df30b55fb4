import { copyOf, element, setShare, setText } from "/js/dom.js";
import { fineClock, percent, spoken } from "/js/format.js";

const STEP = 200;
const FILTERS = 12;

/** What was heard, by video and time; one word of it, if so wished. */
export class MatchList {
  #rows = new Map();
  #shown = STEP;
  #only = null;
  #first = true;

  /**
   * @param parts of the job view: matches, matchCount, filters, moreMatches, noMatches
   * @param onPlay called with a match that is to be played
   */
  constructor(parts, onPlay) {
    this.parts = parts;
    this.onPlay = onPlay;
    parts.moreMatches.addEventListener("click", () => {
      this.#shown += STEP;
      this.paint(this.state);
    });
  }

  paint(state) {
    this.state = state;
    this.#paintFilters(state);
    const matches = this.#only === null ? state.matches : state.matches.filter((match) => match.target === this.#only);
    const rows = matches.slice(0, this.#shown).map((match) => this.#rowOf(match, state));
    // Only what is new is moved into the document: a focus in the list stays where it is.
    const wanted = new Set(rows);
    for (const row of [...this.parts.matches.children]) if (!wanted.has(row)) row.remove();
    rows.forEach((row, place) => {
      const there = this.parts.matches.children[place];
      if (there !== row) this.parts.matches.insertBefore(row, there || null);
    });
    setText(this.parts.matchCount, state.matches.length ? String(state.matches.length) : "");
    setText(this.parts.noMatches, state.matches.length ? "" : emptyText(state));
    this.parts.noMatches.hidden = state.matches.length > 0;
    const left = matches.length - rows.length;
    this.parts.moreMatches.hidden = left === 0;
    setText(this.parts.moreMatches, `Show ${Math.min(left, STEP)} more of ${left}`);
    this.#first = false;
  }

  #rowOf(match, state) {
    const key = `${match.video} ${match.startMs} ${match.endMs} ${match.target}`;
    let row = this.#rows.get(key);
    if (!row) {
      row = copyOf("match-row");
      this.#rows.set(key, row);
      const { parts, root } = row;
      root.classList.toggle("new", !this.#first);
      setText(parts.text, spoken(match.text));
      parts.text.className = `pen-${state.penOf(match.target)}`;
      setText(parts.time, fineClock(match.startMs));
      setText(parts.sure, percent(match.probability));
      setShare(parts.fill, match.probability);
      parts.fill.parentElement.classList.toggle("unsure", match.probability < 0.6);
      parts.play.addEventListener("click", () => this.onPlay(match));
    }
    const title = state.videos.get(match.video)?.title || "";
    setText(row.parts.video, title);
    row.parts.play.hidden = !state.film || !state.clipOf(match);
    row.parts.play.setAttribute("aria-label", `Play “${spoken(match.text)}” at ${fineClock(match.startMs)} in ${title}`);
    return row.root;
  }

  #paintFilters(state) {
    const heard = state.mostHeard(FILTERS);
    this.parts.filters.hidden = heard.length < 2;
    const signature = JSON.stringify([heard, this.#only]);
    if (this.signature === signature) return;
    this.signature = signature;
    const focused = this.parts.filters.contains(document.activeElement) ? document.activeElement.dataset.target : undefined;
    const all = this.#filter(null, "All", state.matches.length, "");
    this.parts.filters.replaceChildren(all, ...heard.map(([target, number]) => this.#filter(target, target, number, `pen-${state.penOf(target)}`)));
    if (focused !== undefined) [...this.parts.filters.children].find((button) => button.dataset.target === focused)?.focus();
  }

  #filter(target, text, number, pen) {
    const button = element(
      "button",
      { type: "button", class: `chip filter ${pen}`, "aria-pressed": String(this.#only === target), "data-target": target || "" },
      `${text} `,
      element("span", { class: "count" }, String(number)),
    );
    button.addEventListener("click", () => {
      this.#only = target;
      this.#shown = STEP;
      this.paint(this.state);
    });
    return button;
  }
}

function emptyText(state) {
  if (!state.ended) return "Nothing yet.";
  return state.status === "completed" ? "None of the words was heard." : "";
}
