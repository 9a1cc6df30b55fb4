import { announce } from "/js/announce.js";
import { deleteJob, filmAddress, getJob } from "/js/api.js";
import { ClipList, clipsSaid } from "/js/clip-list.js";
import { draftOf } from "/js/draft.js";
import { copyOf, element, oncePerPaint, setText, showText } from "/js/dom.js";
import { showFailures } from "/js/failures.js";
import { Feed } from "/js/feed.js";
import { clock, count, duration, moment, percent, sentence, spoken } from "/js/format.js";
import { JobState } from "/js/job-state.js";
import { MatchList } from "/js/match-list.js";
import { showModel } from "/js/model-notice.js";
import { Player } from "/js/player.js";
import { Screen } from "/js/screen.js";
import { StageRail } from "/js/stage-rail.js";
import { showStatus } from "/js/status.js";
import { VideoList } from "/js/video-list.js";

const TITLE_WORDS = 8;

/** One job: followed while it runs, played when it is done. */
export class JobView {
  #closed = false;
  #latest = null;
  #paintSoon = oncePerPaint(() => this.#paint());

  /** @param showMessage shows another page instead, where there is no such job */
  constructor(id, showMessage) {
    const { root, parts } = copyOf("job-view");
    Object.assign(this, { id, root, parts, showMessage });
    this.title = "Job – FastWhisper";
    root.classList.add("loading");
    this.stages = new StageRail(parts.stages);
    this.videos = new VideoList(parts.videos, (video, atMs) => this.#playNear(video, atMs));
    this.player = new Player(parts.player, parts.theatre, (place, alone) => this.clips.mark(place, alone));
    this.screen = new Screen(this.player.screen);
    this.clips = new ClipList(
      parts,
      (place) => this.player.ready && this.player.playClip(place),
      (place) => this.player.ready && this.player.playOnly(place),
    );
    this.matches = new MatchList(parts, (match) => this.#play(match));
    parts.cancel.addEventListener("click", () => this.#cancel());
    parts.again.addEventListener("click", () => this.#again());
    parts.forget.addEventListener("click", () => parts.dialog.showModal());
    parts.dialog.addEventListener("close", () => parts.dialog.returnValue === "forget" && this.#forget());
    this.#load();
  }

  close() {
    this.#closed = true;
    this.feed?.close();
    this.clips.close();
    this.player.close();
  }

  async #load() {
    try {
      const job = await getJob(this.id);
      if (this.#closed) return;
      this.state = new JobState(job);
    } catch (error) {
      if (!this.#closed) this.#fail(error);
      return;
    }
    this.root.classList.remove("loading");
    showModel(this.state.model);
    this.#paint();
    if (!this.state.ended) this.#follow();
  }

  #fail(error) {
    if (error.status === 401) return;
    const again = () => dispatchEvent(new HashChangeEvent("hashchange"));
    if (error.status === 404) this.showMessage("There is no such job", "It may have been deleted.");
    else this.showMessage("The job cannot be shown", sentence(error.message), again);
  }

  #follow() {
    this.feed = new Feed(
      this.id,
      (kind, data) => this.#onEvent(kind, data),
      (connected) => (this.parts.connection.hidden = connected),
      () => this.#stillRuns(),
    );
  }

  /** Whether the feed is to be tried again: not where the job has ended, is gone, or the server wants its key first. */
  async #stillRuns() {
    try {
      const job = await getJob(this.id);
      if (job.status === "processing") return true;
      this.#end(job);
    } catch (error) {
      if (error.status === 0 || error.status >= 500) return true;
      if (!this.#closed) this.#fail(error);
    }
    return false;
  }

  #onEvent(kind, data) {
    const heardBefore = this.state.matches.length;
    this.state.apply(kind, data);
    if (kind === "match" && this.state.matches.length > heardBefore) {
      this.#latest = data;
      announce(`${count(this.state.matches.length, "match", "matches")} so far, the latest ${spoken(data.text)}.`, "matches");
    }
    if (kind === "clip") announce(`${clipsSaid(this.state)} so far.`, "clips");
    if (kind === "failure") announce(`A failure: ${data.what}.`);
    if (kind === "stage") announce(`${stageSaid(this.state)}.`, "stage");
    this.#showTitle();
    this.#paintSoon();
    if (kind === "end") this.#finish();
  }

  /** The feed has ended: the job as it is kept is the truth. */
  async #finish() {
    try {
      this.#end(await getJob(this.id));
    } catch (error) {
      if (!this.#closed) this.#fail(error);
    }
  }

  #end(job) {
    if (this.#closed) return;
    this.state.load(job);
    this.parts.connection.hidden = true;
    announce(endSaid(this.state), "end");
    this.#paint();
  }

  #paint() {
    if (!this.state || this.#closed) return;
    const { state } = this;
    const { changed } = state;
    const all = changed.has("head");
    if (all) this.#paintHead();
    this.stages.paint(state);
    setText(this.parts.line, lineOf(state));
    if (all || changed.has("videos") || changed.has("matches") || changed.has("failures")) this.#paintVideos();
    if (all || changed.has("clips")) {
      this.clips.paint(state);
      this.player.paint(state);
    }
    if (all || changed.has("matches") || changed.has("videos") || changed.has("clips")) this.matches.paint(state);
    this.screen.paint(state, this.#latest);
    changed.clear();
    this.#showTitle();
  }

  #paintHead() {
    const { parts, state } = this;
    setText(parts.number, `Job ${state.number}`);
    showStatus(parts.status, state.status);
    const words = state.targets.slice(0, TITLE_WORDS);
    parts.title.replaceChildren(
      ...words.flatMap((word) => [element("mark", { class: `pen-${state.penOf(word)}` }, word), " "]),
      ...(state.targets.length > TITLE_WORDS ? [element("small", {}, `and ${state.targets.length - TITLE_WORDS} more`)] : []),
    );
    parts.cancel.hidden = state.ended;
    parts.again.hidden = parts.forget.hidden = !state.ended;
    parts.download.hidden = !state.film;
    parts.download.href = `${filmAddress(state.id)}?download=1`;
    this.root.dataset.status = state.status;
  }

  #paintVideos() {
    const { parts, state } = this;
    this.videos.paint(state);
    const number = state.videos.size;
    setText(parts.videoCount, number ? String(number) : "");
    showFailures(parts.failures, state.failuresOf(-1));
  }

  #showTitle() {
    const { state } = this;
    const words = state.targets.slice(0, 3).join(", ");
    const share = state.ended ? "" : `${percent(state.progress.transcription)} · `;
    document.title = `${share}${words} – FastWhisper`;
  }

  #play(match) {
    const place = this.state.clips.indexOf(this.state.clipOf(match));
    const clip = this.state.clips[place];
    this.player.playFrom(Math.max(clip.outStartMs, clip.outStartMs + match.startMs - clip.startMs - 300));
    this.parts.player.scrollIntoView({ block: "nearest" });
  }

  /** Plays the match that lies nearest to a place on a video's time line. */
  #playNear(video, atMs) {
    const near = (match) => Math.abs(match.startMs - atMs);
    const playable = this.state.film ? this.state.matches.filter((match) => match.video === video && this.state.clipOf(match)) : [];
    if (playable.length > 0) this.#play(playable.reduce((best, match) => (near(match) < near(best) ? match : best)));
  }

  async #cancel() {
    this.parts.cancel.disabled = true;
    setText(this.parts.cancel, "Cancelling…");
    try {
      await deleteJob(this.id);
    } catch (error) {
      this.parts.cancel.disabled = false;
      setText(this.parts.cancel, "Cancel");
      showText(this.parts.connection, sentence(error.message));
    }
  }

  #again() {
    draftOf(this.state);
    location.hash = "#/";
  }

  async #forget() {
    try {
      await deleteJob(this.id);
      location.hash = "#/jobs";
      announce("The job is deleted.");
    } catch (error) {
      showText(this.parts.connection, sentence(error.message));
    }
  }
}

/** The line below the words: what has come of it. */
function lineOf(state) {
  const sources = count(state.sources.length, "source");
  if (!state.ended) {
    const speed = state.progress.timesRealTime > 0 ? ` · ${state.progress.timesRealTime.toFixed(0)} × real time` : "";
    return `${sources} · ${percent(state.progress.transcription)} listened to${speed}`;
  }
  const facts = [sources];
  if (state.clips.length > 0 && state.film) facts.push(count(state.clips.length, "clip"), `${clock(state.filmMs)} film`);
  if (state.film?.earlyTermination) facts.push("ended at the greatest length");
  if (state.endedAtMs && state.startedAtMs) facts.push(`${state.film ? "made in" : "ended after"} ${duration(state.endedAtMs - state.startedAtMs)}`);
  if (state.receivedAtMs) facts.push(moment(state.receivedAtMs));
  return facts.join(" · ");
}

function stageSaid(state) {
  return { initializing: "Starting", analyzing: "Looking at the videos", transcribing: "Listening", downloading: "Cutting clips", compiling: "Joining the film" }[state.stage] || state.stage;
}

function endSaid(state) {
  if (state.film) return `The film is ready: ${clipsSaid(state)}.`;
  if (state.status === "cancelled") return "The job is cancelled.";
  return sentence(state.message) || "None of the words was heard.";
}
