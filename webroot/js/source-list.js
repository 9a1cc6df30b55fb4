import { announce } from "/js/announce.js";
import { copyOf, oncePerPaint, setIcon, setShare, setText } from "/js/dom.js";
import { count, percent, sentence, size } from "/js/format.js";
import { kindOf } from "/js/source.js";
import { Uploads } from "/js/uploads.js";

const ICONS = { address: "link", path: "file", upload: "file", sample: "film" };

/** The videos of a job that is being composed: pasted addresses and paths, files on their way, samples; in order. */
export class SourceList {
  #entries = [];
  #uploads = new Uploads();
  #repaint = oncePerPaint(() => this.#paint());

  /**
   * @param root where files may be dropped
   * @param parts of the composer: sourceList, sourceText, drop, choose, file
   * @param onChange called whenever the list is another, or an upload has come to an end
   */
  constructor(root, parts, onChange) {
    this.parts = parts;
    this.onChange = onChange;
    this.#listenToText(parts.sourceText);
    parts.choose.addEventListener("click", () => parts.file.click());
    parts.file.addEventListener("change", () => {
      this.addFiles(parts.file.files);
      parts.file.value = "";
    });
    this.#listenToDrops(root);
  }

  #listenToText(text) {
    text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.takeText();
      }
    });
    // After the paste, not instead of it: what was typed before it belongs to the line.
    text.addEventListener("paste", () => setTimeout(() => text.value.includes("\n") && this.takeText()));
    text.addEventListener("change", () => this.takeText());
  }

  #listenToDrops(root) {
    const over = (event, is) => {
      event.preventDefault();
      this.parts.drop.classList.toggle("over", is);
    };
    root.addEventListener("dragover", (event) => over(event, true));
    root.addEventListener("dragleave", (event) => over(event, false));
    root.addEventListener("drop", (event) => {
      over(event, false);
      if (event.dataTransfer.files.length > 0) this.addFiles(event.dataTransfer.files);
      else this.addLines(event.dataTransfer.getData("text/plain"));
    });
  }

  /** Adds what stands in the text field, and empties it. */
  takeText() {
    this.addLines(this.parts.sourceText.value);
    this.parts.sourceText.value = "";
  }

  /** Adds sources, one a line; those that are there already are left out. */
  addLines(text) {
    for (const line of text.split(/\r?\n/)) {
      const source = line.trim();
      if (source) this.add(source, source, kindOf(source));
    }
  }

  /** Adds a source that the server knows. */
  add(source, name, kind) {
    if (this.#entries.some((entry) => entry.source === source)) return;
    this.#entries.push({ source, name, kind, state: "there" });
    this.#changed();
  }

  /** Adds files and begins to send them. */
  addFiles(files) {
    for (const file of files) {
      const entry = { file, name: file.name, kind: "upload" };
      this.#entries.push(entry);
      this.#send(entry);
    }
    announce(`${count(files.length, "file")} added.`);
    this.#changed();
  }

  #send(entry) {
    this.#uploads.add(entry, () => {
      this.#repaint();
      if (entry.state === "there" || entry.state === "failed") {
        announce(entry.state === "there" ? `${entry.name} is uploaded.` : `${entry.name}: ${entry.error}`);
        this.#changed();
      }
    });
  }

  get entries() {
    return this.#entries;
  }

  get uploading() {
    return this.#uploads.busy;
  }

  /** Tells beside the source at this place why the server does not take it; false where there is none. */
  refuse(place, reason) {
    const entry = this.#entries[place];
    if (!entry) return false;
    entry.refused = sentence(reason.replace(entry.source, ""));
    this.#paint();
    announce(`${entry.name}: ${entry.refused}`);
    this.parts.sourceList.children[place].querySelector("[data-part=remove]").focus();
    return true;
  }

  #remove(entry) {
    const place = this.#entries.indexOf(entry);
    this.#uploads.remove(entry);
    this.#entries.splice(place, 1);
    announce(`${entry.name} removed.`);
    this.#changed();
    const next = this.parts.sourceList.children[Math.min(place, this.#entries.length - 1)];
    (next?.querySelector("[data-part=remove]") || this.parts.sourceText).focus();
  }

  #moveUp(entry) {
    const place = this.#entries.indexOf(entry);
    this.#entries.splice(place, 1);
    this.#entries.splice(place - 1, 0, entry);
    announce(`${entry.name} is now number ${place}.`, "order");
    this.#changed();
    const row = this.parts.sourceList.children[place - 1];
    row.querySelector(place > 1 ? "[data-part=up]" : "[data-part=remove]").focus();
  }

  #changed() {
    this.#paint();
    this.onChange();
  }

  #paint() {
    const list = this.parts.sourceList;
    list.hidden = this.#entries.length === 0;
    this.parts.drop.classList.toggle("filled", this.#entries.length > 0);
    while (list.children.length > this.#entries.length) list.lastChild.remove();
    this.#entries.forEach((entry, place) => {
      let row = list.children[place];
      if (row?.entry !== entry) {
        const fresh = this.#rowOf(entry);
        if (row) row.replaceWith(fresh);
        else list.append(fresh);
        row = fresh;
      }
      this.#paintRow(row, entry, place);
    });
  }

  #rowOf(entry) {
    const { root, parts } = copyOf("source-row");
    root.entry = entry;
    root.parts = parts;
    setIcon(parts.icon, ICONS[entry.kind]);
    setText(parts.name, entry.name);
    parts.remove.setAttribute("aria-label", `Remove ${entry.name}`);
    parts.remove.addEventListener("click", () => this.#remove(entry));
    parts.up.setAttribute("aria-label", `Move ${entry.name} up`);
    parts.up.addEventListener("click", () => this.#moveUp(entry));
    parts.again.setAttribute("aria-label", `Upload ${entry.name} again`);
    parts.again.addEventListener("click", () => this.#send(entry));
    parts.progress.setAttribute("aria-label", `Upload of ${entry.name}`);
    return root;
  }

  #paintRow(row, entry, place) {
    const { parts } = row;
    const sending = entry.state === "sending" || entry.state === "waiting";
    row.classList.toggle("failed", entry.state === "failed" || Boolean(entry.refused));
    parts.up.hidden = place === 0;
    parts.again.hidden = entry.state !== "failed";
    parts.progress.hidden = !sending;
    parts.progress.value = entry.share || 0;
    setShare(parts.progress, entry.share);
    setText(parts.note, noteOf(entry));
  }
}

function noteOf(entry) {
  if (entry.refused) return entry.refused;
  if (entry.state === "failed") return entry.error;
  if (entry.state === "waiting") return "waits to be uploaded";
  if (entry.state === "sending") return `${percent(entry.share)} of ${size(entry.file.size)}`;
  if (entry.kind === "path") return "path on the server";
  if (entry.kind === "sample") return "sample talk";
  return entry.kind === "upload" ? (entry.file ? `${size(entry.file.size)}, uploaded` : "uploaded") : "";
}
