import { element, setShare } from "/js/dom.js";

/** The film as a bar: a block for each clip, as wide as it is long, and where the player is. For pointers; the list is for all. */
export class FilmBar {
  #blocks = [];

  /**
   * @param bar the element that holds the blocks
   * @param playhead the element that shows where the player is
   * @param onSeek called with a place in the film in milliseconds
   */
  constructor(bar, playhead, onSeek) {
    this.bar = bar;
    this.playhead = playhead;
    bar.addEventListener("click", (event) => {
      const box = bar.getBoundingClientRect();
      if (this.lengthMs > 0) onSeek(((event.clientX - box.left) / box.width) * this.lengthMs);
    });
  }

  paint(state) {
    this.lengthMs = state.clips.at(-1)?.outEndMs || 0;
    while (this.#blocks.length > state.clips.length) this.#blocks.pop().remove();
    state.clips.forEach((clip, place) => {
      const block = this.#blocks[place] || this.#add();
      block.style.flexGrow = String(clip.outEndMs - clip.outStartMs);
      block.className = `film-block pen-${state.penOf(clip.matches[0]?.target)}`;
    });
    this.bar.hidden = state.clips.length === 0 || (state.ended && !state.film);
    this.bar.classList.toggle("ready", Boolean(state.film));
  }

  #add() {
    const block = element("span");
    this.#blocks.push(block);
    this.bar.insertBefore(block, this.playhead);
    return block;
  }

  /** Shows where the player is, and which clip that is. */
  mark(atMs, place) {
    setShare(this.playhead, this.lengthMs > 0 ? atMs / this.lengthMs : 0);
    this.#blocks.forEach((block, at) => block.classList.toggle("current", at === place));
  }
}
