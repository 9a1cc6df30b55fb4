package io.fastwhisper.cli;

import java.io.PrintStream;

/** A bar on one line of a terminal, never wider than it. */
final class BarProgress implements ProgressDisplay {
  private static final int WIDTH = 24;
  private static final String ERASE_LINE = "\r\033[K";

  private final PrintStream out;
  private final int columns;
  private boolean drawn;

  /**
   * Draws nothing so far.
   *
   * @param columns of the terminal
   */
  BarProgress(PrintStream out, int columns) {
    this.out = out;
    this.columns = columns;
  }

  @Override
  public void at(Progress progress) {
    int filled = (int) Math.round(WIDTH * progress.fraction());
    String bar = "#".repeat(filled) + ".".repeat(WIDTH - filled);
    String line = String.format("%-13s[%s] %s", progress.stage(), bar, progress.details()).strip();
    // The last column stays free: a terminal may begin a new line behind it, which is not erased.
    out.print(ERASE_LINE + line.substring(0, Math.min(line.length(), Math.max(0, columns - 1))));
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
