import { element, setText, showText } from "/js/dom.js";
import { fineClock, percent, sentence, spoken } from "/js/format.js";

/** What stands on the player's screen while there is no film: the latest word that was heard, or why there is none. */
export class Screen {
  /** @param parts of the player's screen: text, wave, main, sub */
  constructor(parts) {
    this.parts = parts;
  }

  /** @param latest the match that came last, or null */
  paint(state, latest) {
    if (state.film) return;
    this.parts.wave.hidden = state.ended;
    if (state.ended) this.#say(endOf(state), state.status === "error" ? sentence(state.message) : "");
    else if (latest) this.#sayHeard(state, latest);
    else this.#say(state.stage === "initializing" || state.stage === "analyzing" ? "Looking at the videos" : "Listening", "");
  }

  #sayHeard(state, match) {
    const key = `${match.video} ${match.startMs} ${match.target}`;
    if (this.heard === key) return;
    this.heard = key;
    this.parts.main.replaceChildren(element("mark", { class: `pen-${state.penOf(match.target)}` }, spoken(match.text)));
    const title = state.videos.get(match.video)?.title || "";
    showText(this.parts.sub, `${title} · ${fineClock(match.startMs)} · ${percent(match.probability)} sure`);
  }

  #say(main, sub) {
    this.heard = null;
    setText(this.parts.main, main);
    showText(this.parts.sub, sub);
  }
}

function endOf(state) {
  if (state.status === "cancelled") return "Cancelled";
  if (state.status === "error") return "No film could be made";
  return state.matches.length === 0 ? "None of the words was heard" : "There is no film";
}
