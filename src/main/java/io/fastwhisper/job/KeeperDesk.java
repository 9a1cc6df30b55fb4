package io.fastwhisper.job;

import io.fastwhisper.bus.Reply.SegmentRecalled;
import io.fastwhisper.bus.StoreCommand;
import io.fastwhisper.bus.StoreCommand.KeepEnd;
import io.fastwhisper.bus.StoreCommand.RecallSegment;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.JobSnapshot;
import io.micrometer.core.instrument.Metrics;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has things kept and recalled, and says what of that is still on its way. Where the keeper fails,
 * jobs go on: what was heard is then transcribed again if it is ever needed again. Belongs to the
 * coordinator and is used on its context.
 */
final class KeeperDesk {
  /** What was heard and could not be kept. */
  static final String UNKEPT = "fastwhisper.transcripts.unkept";

  private static final Logger LOG = LoggerFactory.getLogger(KeeperDesk.class);
  private static final long LONGEST_PAUSE_MS = 30_000;

  private final Vertx vertx;
  private final JobKeeper keeper;
  private final StageLog log;
  private final long firstPauseMs;
  private final Runnable settled;

  /** Ends that could not be kept so far and wait for their next try. */
  private final Set<Promise<Void>> paused = new HashSet<>();

  /** Questions that are not answered yet. */
  private final Map<JobId, Integer> recalling = new HashMap<>();

  private int keeping;
  private boolean closed;

  /**
   * Opens with nothing on its way.
   *
   * @param firstPauseMs before an end that could not be kept is tried again; it doubles before each
   *     further try
   * @param settled told whenever something is on its way no more
   */
  KeeperDesk(Vertx vertx, JobKeeper keeper, StageLog log, long firstPauseMs, Runnable settled) {
    this.vertx = vertx;
    this.keeper = keeper;
    this.log = log;
    this.firstPauseMs = Math.max(1, firstPauseMs);
    this.settled = settled;
    // Shown as 0 from the start.
    Metrics.counter(UNKEPT);
  }

  /** Segments about which the keeper is being asked; their PCM is there. */
  int recalling() {
    return recalling.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** Those of this job. */
  int recalling(JobId job) {
    return recalling.getOrDefault(job, 0);
  }

  /** True where everything that was to be kept is kept, or was given up. */
  boolean idle() {
    return keeping == 0;
  }

  /** Asks what was heard in the segment's sound before; "not known" also where that fails. */
  void recall(RecallSegment segment, Consumer<SegmentRecalled> answered) {
    JobId job = segment.segment().id().job();
    recalling.merge(job, 1, Integer::sum);
    keeper
        .recall(segment)
        .recover(
            e -> {
              LOG.warn(
                  "job {} {}: cannot be recalled: {}", job, segment.segment().id(), e.getMessage());
              return Future.succeededFuture(new SegmentRecalled("", null));
            })
        .onSuccess(
            recalled -> {
              recalling.computeIfPresent(job, (id, count) -> count > 1 ? count - 1 : null);
              log.write(recalled);
              answered.accept(recalled);
              settled.run();
            });
  }

  /** Has something kept; where that fails, it is said and counted, and no more. */
  void keep(StoreCommand what) {
    keeping++;
    keeper
        .keep(what)
        .onFailure(
            e -> {
              if (what instanceof StoreCommand.KeepSegment segment) {
                Metrics.counter(UNKEPT).increment();
                LOG.error(
                    "job {} {}: what was heard cannot be kept: {}",
                    segment.heard().segment().id().job(),
                    segment.heard().segment().id(),
                    e.getMessage());
              } else {
                LOG.error("{} failed: {}", what.getClass().getSimpleName(), e.getMessage());
              }
            })
        .onComplete(
            done -> {
              keeping--;
              settled.run();
            });
  }

  /**
   * Has a job's end kept, again and again with growing pauses: a job whose end is not kept would be
   * run again. Fails where that was given up by {@link #close}.
   */
  Future<Void> keepEnd(JobSnapshot end) {
    Promise<Void> kept = Promise.promise();
    keeping++;
    tryEnd(new KeepEnd(end), firstPauseMs, kept);
    return kept.future()
        .onComplete(
            done -> {
              keeping--;
              settled.run();
            });
  }

  private void tryEnd(KeepEnd end, long pauseMs, Promise<Void> kept) {
    paused.remove(kept);
    keeper
        .keep(end)
        .onComplete(
            result -> {
              if (result.succeeded() || closed) {
                kept.handle(result.mapEmpty());
                return;
              }
              LOG.error(
                  "job {}: its end cannot be kept, next try in {} ms: {}",
                  end.end().id(),
                  pauseMs,
                  result.cause().getMessage());
              paused.add(kept);
              vertx.setTimer(
                  pauseMs,
                  due -> {
                    if (!closed) {
                      tryEnd(end, Math.min(2 * pauseMs, LONGEST_PAUSE_MS), kept);
                    }
                  });
            });
  }

  /** What could not be kept so far is not tried again. */
  void close() {
    closed = true;
    paused.forEach(end -> end.fail("not kept before FastWhisper ended"));
    paused.clear();
  }
}
