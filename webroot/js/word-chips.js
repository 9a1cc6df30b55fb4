import { announce } from "/js/announce.js";
import { element, icon } from "/js/dom.js";

/** Chips on screen; a list of ten thousand words is taken, but not drawn. */
const SHOWN = 200;

/** The words and phrases of a job that is being composed. */
export class WordChips {
  #words = [];

  /**
   * @param parts of the composer: chips, wordText, chipField
   * @param onChange called whenever the words are others
   */
  constructor(parts, onChange) {
    this.parts = parts;
    this.onChange = onChange;
    const text = parts.wordText;
    text.addEventListener("keydown", (event) => this.#onKey(event));
    text.addEventListener("input", () => /[,;\n]/.test(text.value) && this.#takeWhole());
    text.addEventListener("paste", (event) => {
      const pasted = event.clipboardData.getData("text/plain");
      if (!/[,;\n]/.test(pasted)) return;
      // An input of one line would swallow the line breaks.
      event.preventDefault();
      this.add(text.value + pasted);
      text.value = "";
    });
    text.addEventListener("change", () => this.takeText());
    parts.chipField.addEventListener("click", (event) => event.target === event.currentTarget && text.focus());
  }

  get words() {
    return this.#words;
  }

  /** Adds what stands in the text field, and empties it. */
  takeText() {
    this.add(this.parts.wordText.value);
    this.parts.wordText.value = "";
  }

  /** Adds the words and phrases of a text that has commas or line breaks between them. */
  add(text) {
    const before = this.#words.length;
    const known = new Set(this.#words.map((word) => word.toLowerCase()));
    for (const piece of text.split(/[,;\n]/)) {
      const word = piece.trim().replace(/\s+/g, " ");
      if (!word || known.has(word.toLowerCase())) continue;
      known.add(word.toLowerCase());
      this.#words.push(word);
    }
    if (this.#words.length > before) this.#changed();
  }

  #onKey(event) {
    const text = this.parts.wordText;
    if (event.key === "Enter" && !event.isComposing && text.value.trim()) {
      event.preventDefault();
      this.takeText();
    } else if (event.key === "Backspace" && text.value === "" && this.#words.length > 0) {
      this.#remove(this.#words.at(-1));
    }
  }

  /** Adds what stands before the last comma; what comes after it is still being typed. */
  #takeWhole() {
    const pieces = this.parts.wordText.value.split(/[,;\n]/);
    this.parts.wordText.value = pieces.pop().trimStart();
    this.add(pieces.join(","));
  }

  #remove(word) {
    this.#words = this.#words.filter((other) => other !== word);
    announce(`${word} removed.`);
    this.#changed();
    this.parts.wordText.focus();
  }

  #changed() {
    const chips = this.#words.slice(0, SHOWN).map((word, place) => {
      const remove = element("button", { type: "button", class: "bare", "aria-label": `Remove ${word}` }, icon("close"));
      remove.addEventListener("click", () => this.#remove(word));
      return element("li", { class: `chip pen-${place % 6}` }, element("span", {}, word), remove);
    });
    if (this.#words.length > SHOWN) {
      chips.push(element("li", { class: "hint" }, `and ${this.#words.length - SHOWN} more`));
    }
    this.parts.chips.replaceChildren(...chips);
    this.parts.chips.hidden = chips.length === 0;
    this.onChange();
  }
}
