import { copyOf, setText, showText } from "/js/dom.js";
import { clock } from "/js/format.js";
import { FilmBar } from "/js/film-bar.js";

/** A seek lands a little before its place where no frame begins just there; half a frame of 30 a second is added. */
const SEEK_SLACK_MS = 17;

/**
 * The film's player with its chapters. Keys, while the focus is in it or in the clips: Space plays and
 * pauses, [ and ] go from clip to clip.
 * Before there is a film its screen says what is happening (Screen).
 */
export class Player {
  #clips = [];
  #place = -1;
  #until = null;
  #frame = 0;

  /**
   * @param section that holds the player
   * @param theatre that holds it and the list of clips; keys are heard in all of it
   * @param onPlace called with the place of the clip that is played, and whether it is played alone
   */
  constructor(section, theatre, onPlace) {
    const screen = copyOf("player-screen");
    const deck = copyOf("player-deck");
    section.append(screen.root, deck.root);
    this.section = section;
    this.screen = { ...screen.parts, root: screen.root };
    this.deck = deck.parts;
    this.video = screen.parts.video;
    this.onPlace = onPlace;
    this.bar = new FilmBar(deck.parts.bar, deck.parts.playhead, (atMs) => this.ready && this.playFrom(atMs));
    deck.parts.previous.addEventListener("click", () => this.step(-1));
    deck.parts.next.addEventListener("click", () => this.step(1));
    theatre.addEventListener("keydown", (event) => this.#onKey(event));
    this.#listen();
  }

  #listen() {
    const { video } = this;
    video.addEventListener("loadedmetadata", () => this.section.classList.toggle("sound-only", video.videoWidth === 0));
    for (const event of ["seeked", "timeupdate", "pause", "ended"]) video.addEventListener(event, () => this.#follow());
    video.addEventListener("error", () => this.ready && this.#tellUnplayable());
    // timeupdate comes four times a second: too late to stop at a clip's end.
    video.addEventListener("play", () => this.#watch());
    video.addEventListener("seeking", () => {
      const at = this.#atMs();
      if (this.#until && (at < this.#until.startMs - 100 || at > this.#until.endMs + 100)) this.#until = null;
    });
  }

  /** Shows the clips; once the film is there, it can be played. */
  paint(state) {
    this.#clips = state.clips;
    this.bar.paint(state);
    if (!state.film || this.ready) return;
    this.video.src = state.film.url;
    this.video.hidden = false;
    this.screen.text.hidden = true;
    this.deck.row.hidden = false;
    this.#follow();
  }

  #tellUnplayable() {
    this.video.hidden = true;
    this.screen.text.hidden = false;
    this.screen.wave.hidden = true;
    setText(this.screen.main, "The film cannot be played here");
    showText(this.screen.sub, "This browser may not know its format. It can be downloaded.");
  }

  get ready() {
    return this.video.hasAttribute("src");
  }

  /** Plays the film from this place on. */
  playFrom(atMs) {
    this.#until = null;
    this.#seek(atMs);
    this.#play();
  }

  /** Plays the film from the clip's beginning. */
  playClip(place) {
    this.playFrom(this.#clips[place].outStartMs);
  }

  /** Plays one clip and stops at its end; stops it where it is being played. */
  playOnly(place) {
    const clip = this.#clips[place];
    if (this.#until?.place === place && !this.video.paused) {
      this.video.pause();
      return;
    }
    this.#until = { place, startMs: clip.outStartMs, endMs: clip.outEndMs };
    this.#seek(clip.outStartMs);
    this.#play();
  }

  /** Goes on or back by clips; back from the middle of a clip goes to its beginning. */
  step(by) {
    const clip = this.#clips[this.#place];
    const inside = clip && by < 0 && this.#atMs() - clip.outStartMs > 1_500;
    const place = Math.min(Math.max(this.#place + (inside ? 0 : by), 0), this.#clips.length - 1);
    this.#until = null;
    this.#seek(this.#clips[place].outStartMs);
  }

  #seek(atMs) {
    this.video.currentTime = (atMs + SEEK_SLACK_MS) / 1000;
  }

  /** Stops the clip that is played alone, on its own last picture also where the look came late. */
  #stopAtEnd() {
    const endMs = this.#until.endMs;
    this.#until = null; // who goes on from here wants the rest of the film
    this.video.pause();
    this.video.currentTime = (endMs - 2 * SEEK_SLACK_MS) / 1000;
  }

  #play() {
    // Refused where the browser wants a gesture first; the controls are there.
    this.video.play().catch(() => {});
  }

  #atMs() {
    return this.video.currentTime * 1000;
  }

  #watch() {
    cancelAnimationFrame(this.#frame);
    const look = () => {
      this.#follow();
      if (!this.video.paused) this.#frame = requestAnimationFrame(look);
    };
    look();
  }

  #follow() {
    if (this.#clips.length === 0) return;
    if (this.#until && !this.video.paused && this.#atMs() >= this.#until.endMs - SEEK_SLACK_MS) this.#stopAtEnd();
    const place = this.#until ? this.#until.place : this.#placeAt(this.#atMs());
    const alone = Boolean(this.#until) && !this.video.paused;
    this.bar.mark(this.#atMs(), place);
    if (place === this.#place && alone === this.alone) return;
    this.#place = place;
    this.alone = alone;
    const clip = this.#clips[place];
    setText(this.deck.now, `Clip ${place + 1} of ${this.#clips.length} · ${clip.title} ${clock(clip.startMs)}`);
    this.onPlace(place, alone);
  }

  /** The clip at this place of the film. */
  #placeAt(atMs) {
    let low = 0;
    let high = this.#clips.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#clips[middle].outStartMs <= atMs) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #onKey(event) {
    if (!this.ready || event.ctrlKey || event.altKey || event.metaKey) return;
    const onButton = event.target.closest("button");
    if (event.key === "[") this.step(-1);
    else if (event.key === "]") this.step(1);
    // The video's own controls take Space themselves when they have the focus.
    else if (event.key === " " && !onButton && event.target !== this.video) this.video.paused ? this.#play() : this.video.pause();
    else return;
    event.preventDefault();
  }

  close() {
    cancelAnimationFrame(this.#frame);
    this.video.pause();
    this.video.removeAttribute("src");
    this.video.load();
  }
}
