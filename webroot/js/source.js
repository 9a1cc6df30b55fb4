// Sources as the server takes them: addresses, paths, uploads, samples.

/** What a source is: address, path, upload or sample. */
export function kindOf(source) {
  if (source.startsWith("upload:")) return "upload";
  if (source.startsWith("sample:")) return "sample";
  return /^https?:\/\//i.test(source) ? "address" : "path";
}

/** A short name of a source. */
export function shortName(source, title = "") {
  const kind = kindOf(source);
  if (title) return title;
  if (kind === "upload") return "Uploaded file";
  if (kind === "sample") return source.slice("sample:".length);
  const path = source.split(/[?#]/)[0].replace(/\/+$/, "");
  return path.slice(path.lastIndexOf("/") + 1) || source;
}

/** What a job's source is called: as the user wrote it, or by its title where that says nothing. */
export function nameOf(state, place) {
  const source = state.sources[place];
  const kind = kindOf(source);
  if (kind === "address" || kind === "path") return source;
  const video = [...state.videos.values()].find((one) => one.source === place);
  return shortName(source, state.titles[place] || video?.title);
}
