import { copyOf, setShare, setText } from "/js/dom.js";
import { showFailures } from "/js/failures.js";
import { clock, count, percent } from "/js/format.js";
import { nameOf, shortName } from "/js/source.js";

const SVG = "http://www.w3.org/2000/svg";

/** The sources of a job in their order, below each its videos with their progress and matches, and what went wrong with it. */
export class VideoList {
  #groups = [];
  #rows = new Map();

  /**
   * @param list the ol that holds the sources
   * @param onPlay called with a video's number and a place on its time line, when that is pointed at
   */
  constructor(list, onPlay) {
    this.list = list;
    this.onPlay = onPlay;
  }

  paint(state) {
    const videosOf = new Map(state.sources.map((_, source) => [source, []]));
    for (const video of state.videos.values()) videosOf.get(video.source)?.push(video);
    state.sources.forEach((source, place) => {
      const group = this.#groups[place] || this.#addGroup(place);
      const videos = videosOf.get(place).sort((a, b) => a.video - b.video);
      this.#paintGroup(group, state, source, place, videos);
    });
    for (const [number, row] of this.#rows) if (!state.videos.has(number)) this.#forget(number, row);
    this.#paintMarks(state);
  }

  #paintGroup(group, state, source, place, videos) {
    const failures = state.failuresOf(place);
    // A source that is one video goes by that video's title; one that is of no use as the user wrote it.
    const alone = videos.length === 1;
    const useless = alone && videos[0].state === "failed" && failures.length > 0;
    group.parts.given.hidden = alone && !useless;
    group.parts.videos.hidden = useless;
    setText(group.parts.given, videos.length > 1 ? `${nameOf(state, place)}, ${count(videos.length, "video")}` : nameOf(state, place));
    group.root.classList.toggle("pending", videos.length === 0 && failures.length === 0 && !state.ended);
    for (const video of videos) this.#paintVideo(group, state, video);
    showFailures(group.parts.failures, failures, (failure) => (alone || failure.where === source ? "" : placeNamed(failure.where)));
  }

  #addGroup(place) {
    const group = copyOf("source-group");
    this.#groups[place] = group;
    this.list.append(group.root);
    return group;
  }

  #paintVideo(group, state, video) {
    let row = this.#rows.get(video.video);
    if (!row) {
      row = copyOf("video-row");
      this.#rows.set(video.video, row);
      group.parts.videos.append(row.root);
      const { timeline } = row.parts;
      timeline.addEventListener("click", (event) => {
        const box = timeline.getBoundingClientRect();
        this.onPlay(video.video, ((event.clientX - box.left) / box.width) * row.durationMs);
      });
    }
    const { parts, root } = row;
    const share = video.segments > 0 ? video.segmentsCompleted / video.segments : 0;
    root.dataset.state = video.state;
    root.toggleAttribute("data-whole", share === 1 || state.ended);
    row.durationMs = video.durationMs;
    setText(parts.title, video.title);
    setText(parts.facts, factsOf(video, state));
    setShare(parts.fill, share);
    parts.progress.value = share;
    parts.progress.hidden = video.state !== "open";
    parts.progress.setAttribute("aria-label", `${video.title}: listened to`);
  }

  /** Each match at its place on its video's time line: one path for each pen, however many matches there are. */
  #paintMarks(state) {
    const lines = new Map();
    for (const match of state.matches) {
      const row = this.#rows.get(match.video);
      if (!row || !row.durationMs) continue;
      const pens = lines.get(match.video) || lines.set(match.video, {}).get(match.video);
      const pen = state.penOf(match.target);
      pens[pen] = `${pens[pen] || ""}M${((match.startMs / row.durationMs) * 1000).toFixed(1)} 0V1`;
    }
    for (const [video, pens] of lines) {
      const { marks } = this.#rows.get(video).parts;
      for (const [pen, line] of Object.entries(pens)) {
        const path = marks.querySelector(`.pen-${pen}`) || marks.appendChild(document.createElementNS(SVG, "path"));
        path.setAttribute("class", `pen-${pen}`);
        path.setAttribute("d", line);
      }
    }
  }

  #forget(number, row) {
    row.root.remove();
    this.#rows.delete(number);
  }
}

function placeNamed(where) {
  return where.startsWith("upload:") ? "" : shortName(where);
}

function factsOf(video, state) {
  if (video.state === "failed") return "cannot be used";
  if (video.state === "opening") return state.ended ? "" : "opening…";
  const facts = [clock(video.durationMs)];
  if (video.segmentsCompleted < video.segments) {
    facts.push(state.ended ? `${video.segmentsCompleted} of ${video.segments} segments` : percent(video.segmentsCompleted / video.segments));
  }
  facts.push(count(video.matches, "match", "matches"));
  if (video.segmentsFailed > 0) facts.push(`${count(video.segmentsFailed, "segment")} failed`);
  return facts.join(" · ");
}
