package io.fastwhisper.transcribe;

import io.fastwhisper.domain.JobId;
import io.fastwhisper.engine.SpeechSettings;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * A device's segments that have windows to hand in, in the order of their turns ({@link
 * FairQueue}), and the opening of those whose turn is near: their sound is read and their windows
 * are planned on threads that all devices share. One thread plans some 10,000 times as fast as the
 * sound plays, and several GPUs hear faster.
 *
 * <p>Belongs to the device's thread, on which the callbacks run too.
 */
final class WaitingSegments {
  /**
   * Segments of which nothing is handed in yet that are open or being opened: as many threads feed
   * a device, and as much sound waits in memory. Beyond them the first of each job, for its turn
   * may come at once.
   */
  static final int AHEAD = 4;

  private final Context context;
  private final WorkerExecutor threads;
  private final SpeechSettings speech;
  private final Runnable opened;
  private final BiConsumer<LeasedSegment, Throwable> failed;
  private final FairQueue<LeasedSegment> waiting = new FairQueue<>(LeasedSegment.EARLIER);
  private final Set<Future<?>> inWork = new HashSet<>();

  /**
   * None waits yet. To be made on the device's thread.
   *
   * @param opened when a segment is open
   * @param failed with what a segment could not be opened for; it waits until it is removed
   */
  WaitingSegments(
      Vertx vertx,
      SpeechSettings speech,
      Runnable opened,
      BiConsumer<LeasedSegment, Throwable> failed) {
    this.context = vertx.getOrCreateContext();
    this.threads =
        vertx.createSharedWorkerExecutor(
            "fastwhisper-windows", Runtime.getRuntime().availableProcessors());
    this.speech = speech;
    this.opened = opened;
    this.failed = failed;
  }

  void add(LeasedSegment segment) {
    waiting.add(
        job(segment), segment.command().priority(), Math.abs(segment.command().lease()), segment);
  }

  void remove(LeasedSegment segment) {
    waiting.removeIf(other -> other == segment);
  }

  /** No segment of the job is on the device any more. */
  void forget(JobId job) {
    waiting.forget(job);
  }

  void clear() {
    waiting.removeIf(segment -> true);
  }

  /** Takes out the open segment whose turn it is; it is served with one window. */
  Optional<LeasedSegment> take() {
    for (FairQueue<LeasedSegment>.Round round = waiting.round(); round.hasNext(); ) {
      LeasedSegment segment = round.next();
      if (segment.isOpen()) {
        round.take(1);
        return Optional.of(segment);
      }
    }
    return Optional.empty();
  }

  /** Begins to open those that are due. */
  void open() {
    Set<JobId> jobs = new HashSet<>();
    int ahead = 0;
    for (FairQueue<LeasedSegment>.Round round = waiting.round(); round.hasNext(); ) {
      LeasedSegment segment = round.next();
      boolean firstOfItsJob = jobs.add(job(segment));
      if (segment.isBegun()) {
        continue;
      }
      if (segment.isNew() && (firstOfItsJob || ahead < AHEAD)) {
        open(segment);
      }
      ahead++;
    }
  }

  private void open(LeasedSegment segment) {
    segment.markAsked();
    Future<SegmentSound> sound =
        threads.executeBlocking(() -> SegmentSound.read(segment.command(), speech), false);
    inWork.add(sound);
    sound.onComplete(
        done -> {
          inWork.remove(sound);
          // Later in any case: sound that is here at once would be told of while the queue is gone
          // through, and one that fails leaves the queue.
          context.runOnContext(later -> tell(segment, done));
        });
  }

  private void tell(LeasedSegment segment, AsyncResult<SegmentSound> read) {
    if (read.succeeded()) {
      if (segment.open(read.result())) {
        opened.run();
      }
    } else if (!segment.isClosed()) {
      failed.accept(segment, read.cause());
    }
  }

  /** Told when nothing is being opened any more. */
  Future<?> idle() {
    return Future.join(List.copyOf(inWork)).otherwiseEmpty();
  }

  private static JobId job(LeasedSegment segment) {
    return segment.command().segment().id().job();
  }
}
