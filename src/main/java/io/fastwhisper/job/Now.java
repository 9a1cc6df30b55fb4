package io.fastwhisper.job;

/** The coordinator's clocks; what decides is told the time and never asks. */
final class Now {
  private Now() {}

  /** Never goes back. */
  static long monotonicMs() {
    return System.nanoTime() / 1_000_000;
  }

  /** Since the epoch, as people's clocks show it. */
  static long wallMs() {
    return System.currentTimeMillis();
  }
}
