package io.fastwhisper.cli;

import java.io.PrintStream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** How much is said, and to whom. */
final class OutputOptions {
  @ArgGroup(exclusive = true)
  private Audience audience = new Audience();

  private static final class Audience {
    @Option(names = "--quiet", description = "Say nothing but results and errors.")
    private boolean quiet;

    @Option(
        names = "--json-lines",
        description = "For programs: one JSON object a line on standard output.")
    private boolean jsonLines;
  }

  boolean jsonLines() {
    return audience.jsonLines;
  }

  /** The display that suits: a bar on a terminal, plain lines elsewhere. */
  ProgressDisplay display() {
    if (audience.jsonLines) {
      return new JsonProgress(System.out);
    }
    PrintStream to = System.err;
    if (audience.quiet) {
      return new QuietProgress();
    }
    int columns = Integer.getInteger("fastwhisper.columns", 0);
    return columns > 0 ? new BarProgress(to, columns) : new LineProgress(to);
  }
}
