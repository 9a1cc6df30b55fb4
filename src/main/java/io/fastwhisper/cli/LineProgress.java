package io.fastwhisper.cli;

import java.io.PrintStream;

/**
 * Plain lines, for logs and pipes: one when a stage begins, and one for each further tenth of it.
 */
final class LineProgress implements ProgressDisplay {
  private static final int STEPS = 10;

  private final PrintStream out;
  private String stage = "";
  private int step;

  LineProgress(PrintStream out) {
    this.out = out;
  }

  @Override
  public void at(Progress progress) {
    int now = (int) (progress.fraction() * STEPS);
    if (!progress.stage().equals(stage) || now > step) {
      stage = progress.stage();
      step = now;
      String details = progress.details();
      out.println(stage + (details.isEmpty() ? "" : ": " + details));
    }
  }

  @Override
  public void note(String text) {
    out.println(text);
  }

  @Override
  public void close() {}
}
