import { copyOf, element, setIcon, setText } from "/js/dom.js";
import { clock, count, duration, fineClock, spoken } from "/js/format.js";
import { Thumbnails } from "/js/thumbnails.js";

/** The clips in the film's order. Once the film is there they are its chapters; one of them is in the tab order, arrows go on. */
export class ClipList {
  #rows = [];
  #active = 0;

  /**
   * @param parts of the job view: clips, clipCount, filmLength, noClips
   * @param onGo called with the place of a clip from which the film is to be played
   * @param onOnly called with the place of a clip that is to be played alone, or stopped where it is
   */
  constructor(parts, onGo, onOnly) {
    this.parts = parts;
    this.onGo = onGo;
    this.onOnly = onOnly;
    parts.clips.addEventListener("keydown", (event) => this.#onKey(event));
  }

  paint(state) {
    const first = this.#rows.length === 0;
    while (this.#rows.length > state.clips.length) this.#rows.pop().root.remove();
    state.clips.forEach((clip, place) => {
      if (sameClip(this.#rows[place]?.clip, clip)) return;
      const row = this.#rowOf(clip, place, state);
      if (this.#rows[place]) this.#rows[place].root.replaceWith(row.root);
      else this.parts.clips.append(row.root);
      row.root.classList.toggle("new", !state.ended && !first);
      this.#rows[place] = row;
    });
    if (!state.ended && !first) this.#keepEndInView();
    for (const row of this.#rows) this.#makePlayable(row, Boolean(state.film));
    if (first) this.#activate(0);
    setText(this.parts.clipCount, state.clips.length ? String(state.clips.length) : "");
    setText(this.parts.filmLength, state.clips.length && (state.film || !state.ended) ? `${clock(state.filmMs)} film` : "");
    this.parts.noClips.hidden = state.clips.length > 0;
    setText(this.parts.noClips, state.ended ? "There are no clips." : "Clips appear here, in the order of the film.");
    if (state.film && !this.thumbnails) this.thumbnails = new Thumbnails(state.film.url, this.#rows.map((row) => row.picture));
  }

  #rowOf(clip, place, state) {
    const { root, parts } = copyOf("clip-row");
    const words = clip.matches.map((match) => spoken(match.text));
    clip.matches.forEach((match, n) => {
      parts.words.append(n ? " " : "", element("mark", { class: `pen-${state.penOf(match.target)}` }, words[n]));
    });
    setText(parts.number, String(place + 1));
    setText(parts.from, `${clip.title} · ${fineClock(clip.startMs)} · ${duration(clip.outEndMs - clip.outStartMs)}`);
    setText(parts.at, clock(clip.outStartMs));
    const said = `Clip ${place + 1}: ${words.join(", ")}`;
    parts.only.setAttribute("aria-label", `Play only clip ${place + 1}: ${words.join(", ")}`);
    parts.go.addEventListener("click", () => this.#go(place, this.onGo));
    parts.only.addEventListener("click", () => this.#go(place, this.onOnly));
    parts.go.addEventListener("focus", () => this.#activate(place));
    const [match] = clip.matches;
    const picture = { canvas: parts.picture, atMs: clip.outStartMs + (match.startMs + match.endMs) / 2 - clip.startMs };
    return { root, parts, clip, said, picture };
  }

  #go(place, play) {
    this.#activate(place);
    play(place);
  }

  /** Before there is a film a clip can be looked at, but not played. */
  #makePlayable(row, playable) {
    row.parts.go.setAttribute("aria-disabled", String(!playable));
    row.parts.only.hidden = !playable;
  }

  /** While the strip grows its end is shown, unless the reader has gone back in it or is at work in it. */
  #keepEndInView() {
    const list = this.parts.clips;
    const last = list.lastElementChild;
    if (!last || list.contains(document.activeElement)) return;
    const hidden = list.scrollHeight - list.clientHeight - list.scrollTop;
    if (hidden < last.offsetHeight * 3) list.scrollTop = list.scrollHeight;
  }

  #onKey(event) {
    const last = this.#rows.length - 1;
    const to = { ArrowDown: this.#active + 1, ArrowUp: this.#active - 1, Home: 0, End: last }[event.key];
    if (to === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    this.#activate(Math.min(Math.max(to, 0), last));
    this.#rows[this.#active].parts.go.focus();
  }

  #activate(place) {
    for (const at of [this.#active, place]) {
      const row = this.#rows[at];
      if (row) row.parts.go.tabIndex = row.parts.only.tabIndex = at === place ? 0 : -1;
    }
    this.#active = place;
  }

  /** Marks the clip that is being played; alone is true where it is played by itself. */
  mark(place, alone) {
    this.#rows.forEach((row, at) => {
      const current = at === place;
      if (current) row.parts.go.setAttribute("aria-current", "true");
      else row.parts.go.removeAttribute("aria-current");
      setIcon(row.parts.onlyIcon, current && alone ? "stop" : "play-one");
      row.root.classList.toggle("current", current);
    });
    const row = this.#rows[place];
    if (row) scrollIntoList(this.parts.clips, row.root);
  }

  /** What a screen reader says of the clip. */
  said(place) {
    return this.#rows[place]?.said || "";
  }

  close() {
    this.thumbnails?.close();
  }
}

/** The feed tells a clip again when its place in the film has moved. */
function sameClip(one, other) {
  return one?.clipId === other.clipId && one.outStartMs === other.outStartMs && one.outEndMs === other.outEndMs;
}

/** Scrolls the list alone, never the page. */
function scrollIntoList(list, row) {
  const top = row.offsetTop - list.offsetTop;
  if (top < list.scrollTop) list.scrollTop = top;
  else if (top + row.offsetHeight > list.scrollTop + list.clientHeight) list.scrollTop = top + row.offsetHeight - list.clientHeight;
}

/** "12 clips, 1:05". */
export function clipsSaid(state) {
  return `${count(state.clips.length, "clip")}, ${duration(state.filmMs)}`;
}
