import { duration } from "/js/format.js";

/** The server's defaults (openapi.yaml). */
const DEFAULTS = { paddingBeforeMs: 1000, paddingAfterMs: 1000, mergeGapMs: 2000, maxLengthMs: 0, language: "auto", priority: 5 };

/** Whisper's languages that most talks are in; each shown under its name in the browser's language. */
const LANGUAGES =
  "ar bg bn ca cs da de el en es et fa fi fr he hi hr hu id it ja ko lt lv ms nl no pl pt ro ru sk sl sr sv ta te th tl tr uk ur vi zh";

/** The options under the disclosure: seconds on screen, milliseconds in a request. */
export class JobOptions {
  /** @param parts of the composer: options, optionSummary, optionsError */
  constructor(parts, onChange) {
    this.parts = parts;
    this.fields = Object.fromEntries(
      [...parts.options.querySelectorAll("[data-option]")].map((field) => [field.dataset.option, field]),
    );
    this.#fillLanguages(this.fields.language);
    this.set({});
    parts.options.addEventListener("input", () => {
      this.#showSummary();
      onChange();
    });
  }

  #fillLanguages(select) {
    const names = new Intl.DisplayNames(["en"], { type: "language" });
    select.append(new Option("Find out by listening", "auto"));
    LANGUAGES.split(" ")
      .map((code) => [names.of(code), code])
      .sort(([a], [b]) => a.localeCompare(b))
      .forEach(([name, code]) => select.append(new Option(name, code)));
  }

  /** Shows these options; those that are left out stand at their defaults. */
  set(options) {
    for (const [key, field] of Object.entries(this.fields)) {
      const value = options[key] ?? DEFAULTS[key];
      if (key === "maxLengthMs" && value === 0) field.value = "";
      else if (key.endsWith("Ms")) field.value = String(value / 1000);
      else this.#choose(field, String(value));
    }
    this.#showSummary();
  }

  /** A value that the list does not offer (a job from the API) is offered then. */
  #choose(select, value) {
    if (![...select.options].some((option) => option.value === value)) select.append(new Option(value, value));
    select.value = value;
  }

  /** The first field with a value out of its range, told beside it; null where all are right. */
  invalidField() {
    const wrong = Object.values(this.fields).find((field) => !field.checkValidity());
    for (const field of Object.values(this.fields)) field.toggleAttribute("aria-invalid", field === wrong);
    this.parts.optionsError.textContent = wrong ? `${labelOf(wrong)}: ${wrong.validationMessage}` : "";
    return wrong || null;
  }

  /** As the request takes them; what stands at its default is left out. */
  get values() {
    const values = {};
    for (const [key, field] of Object.entries(this.fields)) {
      const value = valueOf(key, field);
      if (value !== DEFAULTS[key]) values[key] = value;
    }
    return values;
  }

  #showSummary() {
    const { paddingBeforeMs, paddingAfterMs, mergeGapMs, maxLengthMs, language, priority } = this.values;
    const said = [];
    if (paddingBeforeMs !== undefined) said.push(`${duration(paddingBeforeMs)} before`);
    if (paddingAfterMs !== undefined) said.push(`${duration(paddingAfterMs)} after`);
    if (mergeGapMs !== undefined) said.push(`joined below ${duration(mergeGapMs)}`);
    if (maxLengthMs !== undefined) said.push(`at most ${duration(maxLengthMs)}`);
    if (language !== undefined) said.push(this.fields.language.selectedOptions[0].text);
    if (priority !== undefined) said.push(`priority ${this.fields.priority.selectedOptions[0].text.toLowerCase()}`);
    this.parts.optionSummary.textContent = said.join(", ");
  }
}

function valueOf(key, field) {
  if (key === "language") return field.value;
  if (key === "priority") return Number(field.value);
  if (field.value === "") return DEFAULTS[key];
  return Math.round(Number(field.value) * 1000);
}

function labelOf(field) {
  return field.closest("label").firstChild.textContent.trim();
}
