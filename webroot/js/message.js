import { copyOf, setText } from "/js/dom.js";

/** A page that says one thing, and what can be done. */
export class Message {
  /** @param again what "Try again" does; without it there is no such button */
  constructor(title, text, again) {
    const { root, parts } = copyOf("message-view");
    this.root = root;
    this.title = `${title} – FastWhisper`;
    setText(parts.title, title);
    setText(parts.text, text);
    parts.again.hidden = !again;
    if (again) parts.again.addEventListener("click", again);
  }

  close() {}
}
