package io.fastwhisper.cli;

import java.io.PrintStream;

/** A bar on one line of a terminal. */
final class BarProgress implements ProgressDisplay {
  private static final int WIDTH = 24;
  private static final String ERASE_LINE = "\r\033[K";

  private final PrintStream out;
  private boolean drawn;

  BarProgress(PrintStream out) {
    this.out = out;
  }

  @Override
  public void at(Progress progress) {
    int filled = (int) Math.round(WIDTH * progress.fraction());
    String bar = "#".repeat(filled) + ".".repeat(WIDTH - filled);
    out.print(
        ERASE_LINE + String.format("%-13s[%s] %s", progress.stage(), bar, progress.details()));
    out.flush();
    drawn = true;
  }

  @Override
  public void note(String text) {
    close();
    out.println(text);
  }

  @Override
  public void close() {
    if (drawn) {
      out.print(ERASE_LINE);
      out.flush();
      drawn = false;
    }
  }
}
