package io.fastwhisper.cli;

import io.fastwhisper.engine.ModelDownload;
import java.util.function.LongSupplier;

/** Shows a transfer, a few times a second. */
final class TransferProgress implements ModelDownload.Progress {
  private static final long PERIOD_NANOS = 200_000_000;

  private final ProgressDisplay display;
  private final LongSupplier nanos;
  private long beganNanos;
  private long beganBytes = -1;
  private long shownNanos;

  TransferProgress(ProgressDisplay display, LongSupplier nanos) {
    this.display = display;
    this.nanos = nanos;
  }

  @Override
  public void at(long doneBytes, long totalBytes) {
    long now = nanos.getAsLong();
    if (beganBytes < 0) {
      beganBytes = doneBytes;
      beganNanos = now;
    } else if (now - shownNanos < PERIOD_NANOS && doneBytes < totalBytes) {
      return;
    }
    shownNanos = now;
    long came = doneBytes - beganBytes;
    long leftMs =
        came > 0 && totalBytes > 0
            ? (now - beganNanos) / 1_000_000 * (totalBytes - doneBytes) / came
            : -1;
    display.at(
        new Progress(
            "Downloading", doneBytes / 1_000_000, totalBytes / 1_000_000, "MB", 0, leftMs));
  }
}
