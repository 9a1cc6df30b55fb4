package io.fastwhisper.cli;

import io.fastwhisper.config.Configuration;
import java.io.IOException;
import picocli.CommandLine.Mixin;

/** What every command that runs a job can be told beside the job: how to speak, by what to go. */
final class RunOptions {
  @Mixin private OutputOptions output;
  @Mixin private ConfigurationOptions configuration;

  /** A command once its configuration is known. */
  interface Body {
    /** Gives the exit code. */
    int run(Configuration configuration) throws IOException, InterruptedException;
  }

  OutputOptions output() {
    return output;
  }

  /** Runs the command, unless the configuration was only to be shown; gives the exit code. */
  int run(Body body) throws IOException, InterruptedException {
    return configuration.printed() ? ExitCode.DONE : body.run(configuration.load());
  }
}
