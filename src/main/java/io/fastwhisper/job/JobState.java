package io.fastwhisper.job;

import io.fastwhisper.bus.Command.CloseLedger;
import io.fastwhisper.domain.ClipId;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.JobRequest;
import io.fastwhisper.domain.SegmentId;
import java.util.ArrayList;
import java.util.List;

/**
 * What the stages of one job share: who it is, its videos, its tries and its report, what of it is
 * still wanted, and whether it has ended.
 *
 * <p>A pure state of one {@link Job}; not thread-safe.
 */
final class JobState {
  private final JobId id;
  private final JobRequest request;
  private final JobFolder folder;
  private final Tries tries;
  private final JobReport report;
  private final List<JobVideo> videos = new ArrayList<>();

  /** Nothing at or behind this place is wanted; null while everything is. */
  private ClipId calledOffFrom;

  private boolean ended;

  JobState(JobId id, JobRequest request, JobFolder folder, Tries tries, long nowMs) {
    this.id = id;
    this.request = request;
    this.folder = folder;
    this.tries = tries;
    this.report = new JobReport(id, nowMs);
  }

  JobId id() {
    return id;
  }

  JobRequest request() {
    return request;
  }

  JobFolder folder() {
    return folder;
  }

  Tries tries() {
    return tries;
  }

  JobReport report() {
    return report;
  }

  /** Those that have a number, in their order; the source stage appends. */
  List<JobVideo> videos() {
    return videos;
  }

  /** The video of this number, or null where there is none so far. */
  JobVideo video(int number) {
    return number < videos.size() ? videos.get(number) : null;
  }

  boolean ended() {
    return ended;
  }

  boolean wanted(ClipId clip) {
    return calledOffFrom == null || clip.compareTo(calledOffFrom) < 0;
  }

  boolean wanted(SegmentId segment) {
    return wanted(segment.clip(0));
  }

  /** From now on nothing at or behind this place is wanted. */
  List<Effect> callOff(ClipId from) {
    calledOffFrom = from;
    return List.of(new Effect.CallOff(from));
  }

  /**
   * The one way in which a job ends, whatever the reason, which the report knows by now. What still
   * runs or waits is called off: there may be a try that was given up and goes on.
   */
  List<Effect> end() {
    return close(new Effect.End());
  }

  /** Nothing more is done for the job in this process. */
  List<Effect> leave() {
    return close(new Effect.Leave());
  }

  private List<Effect> close(Effect last) {
    List<Effect> effects = new ArrayList<>(callOff(new ClipId(id, 0, 0, 0)));
    ended = true;
    effects.add(new Effect.Send(new CloseLedger(id)));
    effects.add(last);
    return effects;
  }
}
