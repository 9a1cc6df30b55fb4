package io.fastwhisper.cli;

/** Shows how long work goes. Called by one thread at a time. */
interface ProgressDisplay extends AutoCloseable {
  /** Work is here now. Called as often as something has changed. */
  void at(Progress progress);

  /** Something that the user should know, beside the progress. */
  void note(String text);

  /** The work is over; nothing half-drawn stays. */
  @Override
  void close();
}
