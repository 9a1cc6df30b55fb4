// How a job stands, put together from its snapshot and the events of its feed. Pure: no document, no clock, no network.

/** The job's four stages as a person sees them, with the server's stage from which on each is being worked on. */
export const STAGES = ["videos", "listen", "cut", "join"];
/** Colours of the pens that matches are marked with (base.css). */
const PENS = 6;
const STAGE_OF = { initializing: 0, analyzing: 0, transcribing: 1, downloading: 2, compiling: 3 };

/**
 * A job. Events may come twice and in any order of videos: what is known is recognised, and matches are kept by video and
 * time. `changed` names what has changed since it was last cleared: head, videos, matches, clips, failures, progress.
 */
export class JobState {
  /** @param job as GET /api/v1/jobs/{id} answers */
  constructor(job) {
    this.changed = new Set();
    this.load(job);
  }

  /** Takes over a snapshot; what it does not hold is void. */
  load(job) {
    this.id = job.id;
    this.number = job.number;
    this.sources = job.sources;
    this.titles = job.titles || [];
    this.targets = job.targets;
    this.pens = new Map(job.targets.map((target, place) => [target, place % PENS]));
    this.options = job.options || {};
    this.model = job.model || {};
    this.receivedAtMs = job.receivedAtMs || 0;
    this.startedAtMs = job.startedAtMs || 0;
    this.clear();
    this.status = job.status;
    this.stage = job.stage;
    this.message = job.message || "";
    this.film = job.film || null;
    this.endedAtMs = job.endedAtMs || 0;
    this.progress = { ...job.progress };
    for (const video of job.videos) this.apply("video", video);
    for (const match of job.matches) this.apply("match", match);
    for (const clip of job.clips) this.apply("clip", clip);
    for (const failure of job.failures) this.apply("failure", failure);
    this.#touch("head", "progress");
  }

  /** Forgets all that the feed has told. */
  clear() {
    this.videos = new Map();
    this.matches = [];
    this.clips = [];
    this.failures = [];
    this.progress = {};
    this.known = new Set();
    this.#touch("videos", "matches", "clips", "failures", "progress");
  }

  /** Takes in an event of the feed; `end` and unknown ones change nothing here. */
  apply(kind, data) {
    switch (kind) {
      case "reset":
        this.clear();
        break;
      case "stage":
        this.stage = data.stage || this.stage;
        this.startedAtMs = data.startedAtMs || this.startedAtMs;
        this.#touch("head");
        break;
      case "video":
        this.videos.set(data.video, data);
        this.#touch("videos");
        break;
      case "match":
        if (this.#isNew(`match ${data.video} ${data.startMs} ${data.endMs} ${data.target}`)) {
          this.matches.splice(placeOf(this.matches, data), 0, data);
          this.#touch("matches");
        }
        break;
      case "clip":
        this.#putClip(data);
        break;
      case "failure":
        if (this.#isNew(`failure ${data.source} ${data.where} ${data.what}`)) {
          this.failures.push(data);
          this.#touch("failures");
        }
        break;
      case "progress":
        this.progress = { ...this.progress, ...data };
        this.#touch("progress");
        break;
    }
  }

  get ended() {
    return this.status !== "processing";
  }

  /** Length of the ordered beginning of the film. */
  get filmMs() {
    return this.film?.lengthMs || this.clips.at(-1)?.outEndMs || 0;
  }

  /** The targets that were heard most, with their counts, in the order in which they were given. */
  mostHeard(limit) {
    const counts = new Map();
    for (const match of this.matches) counts.set(match.target, (counts.get(match.target) || 0) + 1);
    const most = new Map([...counts].sort((a, b) => b[1] - a[1]).slice(0, limit));
    return this.targets.filter((target) => most.has(target)).map((target) => [target, most.get(target)]);
  }

  /** The pen that a target is marked with: its place among the targets. */
  penOf(target) {
    return this.pens.get(target) || 0;
  }

  /** The failures of a source, or of the job as a whole where that is -1. */
  failuresOf(source) {
    return this.failures.filter((failure) => failure.source === source);
  }

  /** The clip that holds the match, once it is in the ordered beginning. */
  clipOf(match) {
    return this.clips.find(
      (clip) => clip.video === match.video && clip.startMs <= match.startMs && match.endMs <= clip.endMs,
    );
  }

  /** How far the four stages are: name, done, total (0 where unknown), share and state of each. */
  stages() {
    const p = this.progress;
    const videos = [...this.videos.values()];
    const settled = videos.filter((video) => video.state !== "opening").length;
    const failedSources = new Set(this.failures.map((failure) => failure.source).filter((source) => source >= 0));
    const silent = [...failedSources].filter((source) => !videos.some((video) => video.source === source)).length;
    const numbers = [
      [settled + silent, Math.max(videos.length + silent, this.sources.length)],
      [p.segmentsCompleted || 0, p.segments || 0],
      [p.clipsCut || 0, p.clips || 0],
      [this.film ? 1 : 0, 1],
    ];
    const at = STAGE_OF[this.stage] ?? 0;
    return numbers.map(([done, total], index) => {
      const whole = total > 0 && done >= total;
      let state = index < at || (this.status === "completed" && whole) ? "done" : "waiting";
      if (!this.ended && (index === at || (state === "waiting" && done > 0))) state = "running";
      if (this.ended && this.status !== "completed" && state !== "done") state = "stopped";
      return { name: STAGES[index], done, total, share: total > 0 ? done / total : 0, state };
    });
  }

  /** A clip that comes again replaces the one of the same id. */
  #putClip(clip) {
    if (this.#isNew(`clip ${clip.clipId}`)) this.clips.push(clip);
    else this.clips[this.clips.findIndex((other) => other.clipId === clip.clipId)] = clip;
    this.#touch("clips");
  }

  #isNew(key) {
    if (this.known.has(key)) return false;
    this.known.add(key);
    return true;
  }

  #touch(...names) {
    for (const name of names) this.changed.add(name);
  }
}

/** Where a match belongs in the list by video and time. */
function placeOf(matches, match) {
  let low = 0;
  let high = matches.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = matches[middle];
    if (other.video < match.video || (other.video === match.video && other.startMs <= match.startMs)) low = middle + 1;
    else high = middle;
  }
  return low;
}
