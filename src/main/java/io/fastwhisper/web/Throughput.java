package io.fastwhisper.web;

import io.fastwhisper.domain.DeviceWork;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How fast the server was in the last ten minutes.
 *
 * <p>A pure state; every time is told, in milliseconds of a clock that never goes back. Not
 * thread-safe.
 */
final class Throughput {
  private static final long SPAN_MS = 600_000;

  private final Deque<Sample> samples = new ArrayDeque<>();
  private final Deque<Ended> ended = new ArrayDeque<>();

  /** What devices had done by then. */
  private record Sample(long atMs, DeviceWork work) {}

  private record Ended(long atMs, long mediaMs, long tookMs) {}

  /** Devices have done so much since the start. */
  void sample(DeviceWork work, long nowMs) {
    // One that is older than the span stays, for the others are measured against it.
    while (samples.size() > 1 && nowMs - second().atMs >= SPAN_MS) {
      samples.remove();
    }
    samples.add(new Sample(nowMs, work));
  }

  private Sample second() {
    var inOrder = samples.iterator();
    inOrder.next();
    return inOrder.next();
  }

  /**
   * A job was completed.
   *
   * @param mediaMs length of its videos
   * @param tookMs from its acceptance to its end
   */
  void jobEnded(long mediaMs, long tookMs, long nowMs) {
    ended.add(new Ended(nowMs, mediaMs, tookMs));
  }

  /** Seconds of sound for each second of transcribing; 0 where nothing was transcribed. */
  double transcriptionSpeed() {
    DeviceWork done = lately();
    return done.busyMs() == 0 ? 0 : (double) done.soundMs() / done.busyMs();
  }

  /**
   * Share of the time, 0 to 1, in which GPUs computed while there was something to transcribe; 0
   * where that was not measured.
   */
  double gpuEfficiency() {
    DeviceWork done = lately();
    return done.gpuBusyCount() == 0 ? 0 : done.gpuBusySum() / done.gpuBusyCount();
  }

  private DeviceWork lately() {
    return samples.isEmpty()
        ? DeviceWork.NONE
        : samples.getLast().work.since(samples.getFirst().work);
  }

  /** Seconds of media of completed jobs for each second that passed. */
  double pipelineThroughput(long nowMs) {
    forget(nowMs);
    return (double) ended.stream().mapToLong(Ended::mediaMs).sum() / SPAN_MS;
  }

  /** Mean seconds that completed jobs took; 0 where there was none. */
  double meanRequestS(long nowMs) {
    forget(nowMs);
    return ended.stream().mapToLong(Ended::tookMs).average().orElse(0) / 1_000;
  }

  private void forget(long nowMs) {
    ended.removeIf(job -> nowMs - job.atMs > SPAN_MS);
  }
}
