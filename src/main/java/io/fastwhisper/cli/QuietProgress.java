package io.fastwhisper.cli;

/** Shows nothing. */
final class QuietProgress implements ProgressDisplay {
  @Override
  public void at(Progress progress) {}

  @Override
  public void note(String text) {}

  @Override
  public void close() {}
}
