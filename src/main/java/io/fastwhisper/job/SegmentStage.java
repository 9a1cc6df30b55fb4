package io.fastwhisper.job;

import io.fastwhisper.bus.Command.FetchSegment;
import io.fastwhisper.bus.Event.FetchFailed;
import io.fastwhisper.bus.Event.SegmentFetched;
import io.fastwhisper.bus.Event.SegmentHeard;
import io.fastwhisper.bus.Event.SegmentTranscribed;
import io.fastwhisper.bus.Reply.SegmentRecalled;
import io.fastwhisper.bus.StoreCommand.KeepSegment;
import io.fastwhisper.bus.StoreCommand.RecallSegment;
import io.fastwhisper.domain.Failure;
import io.fastwhisper.domain.HeardSegment;
import io.fastwhisper.domain.Segment;
import io.fastwhisper.domain.SegmentId;
import io.fastwhisper.domain.Transcript;
import io.fastwhisper.job.JobVideo.SegmentState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A job's segments, from their fetch to their transcript. A segment that is fetched is offered to
 * the devices at once, unless its sound was heard before.
 *
 * <p>A pure state of one {@link Job}; not thread-safe.
 */
final class SegmentStage {
  private final JobState state;
  private final FilmStage film;

  /** What names the sound of those that were not heard before; "" where it has no name. */
  private final Map<SegmentId, String> keys = new HashMap<>();

  SegmentStage(JobState state, FilmStage film) {
    this.state = state;
    this.film = film;
  }

  Segment segment(SegmentId segment) {
    return state.videos().get(segment.video()).segments().get(segment.segment());
  }

  /** A video is opened: what has to be done for its segments. */
  List<Effect> begin(JobVideo video) {
    return video.segments().stream().map(segment -> fetch(video, segment)).toList();
  }

  private Effect fetch(JobVideo video, Segment segment) {
    return new Effect.Send(
        new FetchSegment(
            segment,
            video.video(),
            state.folder().pcm(segment.id()),
            state.tries().attempt(segment.id())));
  }

  List<Effect> on(SegmentFetched event) {
    if (!fetching(event.segment(), event.attempt())) {
      return List.of();
    }
    SegmentId id = event.segment();
    move(id, SegmentState.RECALLING);
    return List.of(
        new Effect.Recall(
            new RecallSegment(
                segment(id), state.folder().pcm(id), state.request().options().transcribe())));
  }

  /** It is known whether the segment's sound was heard before. */
  List<Effect> recalled(SegmentId segment, SegmentRecalled recalled) {
    if (!in(segment, SegmentState.RECALLING)) {
      return List.of();
    }
    HeardSegment heard = recalled.heard();
    if (heard != null) {
      return heard(segment, heard.transcript(), heard.endBorderMs());
    }
    keys.put(segment, recalled.key());
    move(segment, SegmentState.WAITING);
    return List.of(new Effect.Offer(segment));
  }

  List<Effect> on(FetchFailed event) {
    SegmentId segment = event.segment();
    if (!fetching(segment, event.attempt())) {
      return List.of();
    }
    List<Effect> again =
        state
            .tries()
            .failed(
                segment,
                event.failure(),
                () -> fetch(state.video(segment.video()), segment(segment)));
    return again.isEmpty() ? give(segment, event.failure()) : again;
  }

  private boolean fetching(SegmentId segment, int attempt) {
    return in(segment, SegmentState.FETCHING) && state.tries().attempt(segment) == attempt;
  }

  /** A device has the segment. */
  void lent(SegmentId segment) {
    if (in(segment, SegmentState.WAITING)) {
      move(segment, SegmentState.LENT);
    }
  }

  /** The segment waits for a device again. */
  void returned(SegmentId segment) {
    if (in(segment, SegmentState.LENT)) {
      move(segment, SegmentState.WAITING);
    }
  }

  List<Effect> on(SegmentTranscribed event) {
    if (!withDevices(event.segment())) {
      return List.of();
    }
    state.report().transcribed(event.elapsedMs());
    List<Effect> effects = new ArrayList<>();
    String key = keys.get(event.segment());
    if (!key.isEmpty()) {
      effects.add(
          new Effect.Keep(
              new KeepSegment(
                  key,
                  new HeardSegment(
                      segment(event.segment()),
                      event.transcript(),
                      event.startBorderMs(),
                      event.endBorderMs()))));
    }
    effects.addAll(heard(event.segment(), event.transcript(), event.endBorderMs()));
    return effects;
  }

  /** The one place where a segment's transcript becomes known. */
  private List<Effect> heard(SegmentId segment, Transcript transcript, long endBorderMs) {
    List<Effect> effects = new ArrayList<>();
    effects.add(new Effect.Delete(state.folder().pcm(segment)));
    effects.add(new Effect.Tell(new SegmentHeard(segment(segment), transcript, endBorderMs)));
    effects.addAll(
        film.plan(
            state.video(segment.video()).transcribed(segment.segment(), transcript, endBorderMs)));
    return effects;
  }

  /** The segment has come back from its devices without a transcript. */
  List<Effect> transcriptionFailed(SegmentId segment, Failure failure) {
    if (!withDevices(segment)) {
      return List.of();
    }
    move(segment, SegmentState.WAITING);
    List<Effect> again =
        state
            .tries()
            .failed(List.of("transcribe", segment), failure, () -> new Effect.Offer(segment));
    return again.isEmpty() ? give(segment, failure) : again;
  }

  /** Gives a segment up. */
  private List<Effect> give(SegmentId segment, Failure failure) {
    state.report().failed(state.video(segment.video()).source(), failure);
    List<Effect> effects = new ArrayList<>();
    effects.add(new Effect.Delete(state.folder().pcm(segment)));
    effects.addAll(film.plan(state.video(segment.video()).segmentFailed(segment.segment())));
    return effects;
  }

  private boolean withDevices(SegmentId segment) {
    return in(segment, SegmentState.WAITING) || in(segment, SegmentState.LENT);
  }

  private boolean in(SegmentId segment, SegmentState wanted) {
    JobVideo video = state.video(segment.video());
    return !state.ended()
        && video != null
        && state.wanted(segment)
        && video.segmentState(segment.segment()) == wanted;
  }

  private void move(SegmentId segment, SegmentState to) {
    state.videos().get(segment.video()).move(segment.segment(), to);
  }
}
