package io.fastwhisper.transcribe;

import io.fastwhisper.bus.Command.TranscribeSegment;
import io.fastwhisper.bus.Command.TryDevice;
import io.fastwhisper.bus.Reply.DeviceTried;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.Segment;
import io.fastwhisper.domain.TimeRange;
import io.fastwhisper.domain.TranscribeOptions;
import io.fastwhisper.domain.VideoId;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Real inferences that prove a device, beside its leases: each is a small segment of no job that
 * goes ahead of all others, takes none of the places that were announced, and is answered to who
 * asked for it. Their leases are below 0, where the dispatcher has none.
 */
final class Trials {
  /** Before the most urgent job. */
  private static final int PRIORITY = 10;

  private static final VideoId NO_VIDEO = new VideoId(new JobId("0".repeat(32)), 0);

  /** Greedy: a lane need not have memory for a beam. */
  private static final TranscribeOptions OPTIONS = new TranscribeOptions("auto", "", "", 1);

  private final Map<Long, Promise<DeviceTried>> waiting = new HashMap<>();
  private long last;

  static boolean isTrial(long lease) {
    return lease < 0;
  }

  /** What a trial looks like to the lanes. */
  TranscribeSegment segment(TryDevice attempt) {
    TimeRange all = new TimeRange(0, attempt.lengthMs());
    TimeRange start = new TimeRange(0, 0);
    TimeRange end = new TimeRange(attempt.lengthMs(), attempt.lengthMs());
    Segment segment = new Segment(NO_VIDEO.segment(0), all, start, end);
    return new TranscribeSegment(--last, PRIORITY, segment, attempt.pcmFile(), OPTIONS);
  }

  Future<DeviceTried> begin(TranscribeSegment trial) {
    Promise<DeviceTried> promise = Promise.promise();
    waiting.put(trial.lease(), promise);
    return promise.future();
  }

  boolean holds(long lease) {
    return waiting.containsKey(lease);
  }

  void passed(LeasedSegment trial, long elapsedMs) {
    waiting
        .remove(trial.command().lease())
        .complete(new DeviceTried(trial.transcript(), elapsedMs));
  }

  /** False where it is no trial. */
  boolean failed(long lease, String why) {
    Promise<DeviceTried> promise = waiting.remove(lease);
    if (promise != null) {
      promise.fail(why);
    }
    return promise != null;
  }

  void failAll(String why) {
    List.copyOf(waiting.keySet()).forEach(lease -> failed(lease, why));
  }
}
