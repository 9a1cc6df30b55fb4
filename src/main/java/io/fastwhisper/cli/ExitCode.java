package io.fastwhisper.cli;

/** What the program ends with. */
final class ExitCode {
  /** Done, also where nothing was found or some sources failed. */
  static final int DONE = 0;

  /** FastWhisper itself failed. */
  static final int FAILURE = 1;

  /** Wrong usage, or none of the sources can be used. */
  static final int USAGE = 2;

  private ExitCode() {}
}
