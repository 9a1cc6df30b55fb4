package io.fastwhisper.web;

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

  /** What devices had done by then: sound, and time that they were busy. */
  private record Sample(long atMs, long soundMs, long busyMs) {}

  private record Ended(long atMs, long mediaMs, long tookMs) {}

  /**
   * Devices have done so much since the start.
   *
   * @param soundMs length of the sound that was transcribed
   * @param busyMs time in which at least one segment was on a device
   */
  void sample(long soundMs, long busyMs, long nowMs) {
    // One that is older than the span stays, for the others are measured against it.
    while (samples.size() > 1 && nowMs - second().atMs >= SPAN_MS) {
      samples.remove();
    }
    samples.add(new Sample(nowMs, soundMs, busyMs));
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
    if (samples.isEmpty()) {
      return 0;
    }
    long soundMs = samples.getLast().soundMs - samples.getFirst().soundMs;
    long busyMs = samples.getLast().busyMs - samples.getFirst().busyMs;
    return busyMs == 0 ? 0 : (double) soundMs / busyMs;
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
