package io.fastwhisper.job;

import io.fastwhisper.bus.Command.OpenLedger;
import io.fastwhisper.bus.Event.ClipCut;
import io.fastwhisper.bus.Event.ClipFailed;
import io.fastwhisper.bus.Event.CompilationFailed;
import io.fastwhisper.bus.Event.CompilationReady;
import io.fastwhisper.bus.Event.FetchFailed;
import io.fastwhisper.bus.Event.PrefixGrown;
import io.fastwhisper.bus.Event.SegmentFetched;
import io.fastwhisper.bus.Event.SegmentTranscribed;
import io.fastwhisper.bus.Event.SourceFailed;
import io.fastwhisper.bus.Event.SourceResolved;
import io.fastwhisper.bus.Event.VideoFailed;
import io.fastwhisper.bus.Event.VideoOpened;
import io.fastwhisper.bus.Reply.SegmentRecalled;
import io.fastwhisper.domain.Failure;
import io.fastwhisper.domain.JobFailure;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.JobRequest;
import io.fastwhisper.domain.JobSnapshot;
import io.fastwhisper.domain.Segment;
import io.fastwhisper.domain.SegmentId;
import io.fastwhisper.find.WordFinder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Decides what one job does next: an event comes in, effects go out. Events may come in any order
 * and twice; what comes too late is ignored.
 *
 * <p>Its beginning and its end are here; what lies between is decided by its stages, which overlap:
 * {@link SourceStage}, {@link SegmentStage}, {@link FilmStage}.
 *
 * <p>What is lost when something fails, after its tries:
 *
 * <table>
 *   <caption>Failures</caption>
 *   <tr><td>a source cannot be resolved</td><td>the source; the others go on</td></tr>
 *   <tr><td>a video cannot be opened, or is silent film</td><td>the video</td></tr>
 *   <tr><td>a segment cannot be fetched or transcribed, or killed two lanes</td><td>the segment's words; its neighbours keep what they heard
 *       of the stretch that they share with it</td></tr>
 *   <tr><td>a clip cannot be cut</td><td>the clip; the film closes up</td></tr>
 *   <tr><td>no source usable, nothing transcribed, no clip cut, or not joined</td><td>the job: it ends with an error</td></tr>
 *   <tr><td>nothing found</td><td>nothing: the job is finished, without a film</td></tr>
 * </table>
 *
 * Each of them is a {@link Failure} of the job's report.
 *
 * <p>A pure state: every method takes the time, milliseconds since the epoch, where it needs it.
 * Not thread-safe.
 */
final class Job {
  /**
   * What does not depend on the user's wishes.
   *
   * @param plan how videos are divided
   * @param tries of each piece of work
   * @param retryPauseMs before the second try; it doubles before each further one
   */
  record Settings(SegmentPlan plan, int tries, long retryPauseMs) {}

  private final JobState state;
  private final SourceStage sources;
  private final SegmentStage segments;
  private final FilmStage film;

  Job(
      JobId id,
      JobRequest request,
      WordFinder finder,
      JobFolder folder,
      Path filmFile,
      Settings settings,
      long nowMs) {
    Tries tries = new Tries(settings.tries(), settings.retryPauseMs());
    state = new JobState(id, request, folder, tries, nowMs);
    film = new FilmStage(state, filmFile);
    segments = new SegmentStage(state, film);
    sources = new SourceStage(state, settings.plan(), finder, segments, film);
  }

  JobId id() {
    return state.id();
  }

  JobRequest request() {
    return state.request();
  }

  JobFolder folder() {
    return state.folder();
  }

  boolean ended() {
    return state.ended();
  }

  JobSnapshot snapshot(long nowMs) {
    return state
        .report()
        .snapshot(state.videos(), sources.allNumbered(), film.clips(), film.joining(), nowMs);
  }

  Segment segment(SegmentId segment) {
    return segments.segment(segment);
  }

  // ---- beginning and end

  List<Effect> start(long nowMs) {
    state.report().started(nowMs);
    List<Effect> effects = new ArrayList<>();
    effects.add(new Effect.Send(new OpenLedger(id(), request().options().maxLengthMs())));
    effects.addAll(sources.start());
    return effects;
  }

  /** What had to be done later is due. */
  List<Effect> due(Effect effect) {
    return ended() || !wanted(effect) ? List.of() : List.of(effect);
  }

  private boolean wanted(Effect effect) {
    if (effect instanceof Effect.Offer offer) {
      return state.wanted(offer.segment());
    }
    if (effect instanceof Effect.Send send) {
      return PieceOfWork.of(send.command()).map(work -> state.wanted(work.place())).orElse(true);
    }
    return true;
  }

  List<Effect> cancel(long nowMs) {
    if (ended()) {
      return List.of();
    }
    state.report().cancelled(nowMs);
    return state.end();
  }

  /** The job cannot go on. */
  List<Effect> fail(Failure failure, long nowMs) {
    if (ended()) {
      return List.of();
    }
    state.report().failed(JobFailure.WHOLE_JOB, failure);
    state.report().failed(failure.what(), nowMs);
    return state.end();
  }

  /** Stops without an end: a later process goes on with the job. */
  List<Effect> leave() {
    return ended() ? List.of() : state.leave();
  }

  // ---- what happens between

  List<Effect> on(SourceResolved event, long nowMs) {
    return sources.on(event, nowMs);
  }

  List<Effect> on(SourceFailed event, long nowMs) {
    return sources.on(event, nowMs);
  }

  List<Effect> on(VideoOpened event, long nowMs) {
    return sources.on(event, nowMs);
  }

  List<Effect> on(VideoFailed event, long nowMs) {
    return sources.on(event, nowMs);
  }

  List<Effect> on(SegmentFetched event) {
    return segments.on(event);
  }

  List<Effect> on(FetchFailed event) {
    return segments.on(event);
  }

  /** It is known whether the segment's sound was heard before. */
  List<Effect> recalled(SegmentId segment, SegmentRecalled recalled) {
    return segments.recalled(segment, recalled);
  }

  /** A device has the segment. */
  void lent(SegmentId segment) {
    segments.lent(segment);
  }

  /** The segment waits for a device again. */
  void returned(SegmentId segment) {
    segments.returned(segment);
  }

  List<Effect> on(SegmentTranscribed event) {
    return segments.on(event);
  }

  /** The segment has come back from its devices without a transcript. */
  List<Effect> transcriptionFailed(SegmentId segment, Failure failure) {
    return segments.transcriptionFailed(segment, failure);
  }

  List<Effect> on(ClipCut event) {
    return film.on(event);
  }

  List<Effect> on(ClipFailed event) {
    return film.on(event);
  }

  List<Effect> on(PrefixGrown event, long nowMs) {
    return film.on(event, nowMs);
  }

  List<Effect> on(CompilationReady event, long nowMs) {
    return film.on(event, nowMs);
  }

  List<Effect> on(CompilationFailed event, long nowMs) {
    return film.on(event, nowMs);
  }
}
