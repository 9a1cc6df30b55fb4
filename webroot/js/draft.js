// What is being composed outlives a reload of the page: {sources: [{source, name, kind}], words, options}.
import { kindOf, nameOf } from "/js/source.js";

const KEY = "fastwhisper.draft";

export function saveDraft(draft) {
  sessionStorage.setItem(KEY, JSON.stringify(draft));
}

/** The draft, or null. */
export function loadDraft() {
  return JSON.parse(sessionStorage.getItem(KEY) || "null");
}

export function clearDraft() {
  sessionStorage.removeItem(KEY);
}

/** Makes a draft of a job: the same videos, words and options. */
export function draftOf(state) {
  const sources = state.sources.map((source, place) => ({ source, kind: kindOf(source), name: nameOf(state, place) }));
  saveDraft({ sources, words: state.targets, options: state.options });
}
