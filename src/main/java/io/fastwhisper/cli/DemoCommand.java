package io.fastwhisper.cli;

import io.fastwhisper.config.Configuration;
import io.fastwhisper.domain.JobRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The whole path on what comes with the program. */
@Command(
    name = "demo",
    description = "Cut the bundled sample talks with the bundled model.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class DemoCommand implements Callable<Integer> {
  private static final List<String> TALKS = List.of("water.mp4", "freedom.mp4", "bread.mp4");
  private static final List<String> TARGETS = List.of("people", "freedom", "rain", "the oven");

  @Option(
      names = "-o",
      paramLabel = "DIR",
      defaultValue = "out",
      description = "Folder for compilation.mp4 and compilation.json (${DEFAULT-VALUE}).")
  private Path folder;

  @Mixin private RunOptions options;

  @Override
  public Integer call() throws IOException, InterruptedException {
    return options.run(this::run);
  }

  private int run(Configuration configuration) throws IOException, InterruptedException {
    Path samples = ConfigurationOptions.home().resolve("samples");
    Stream<String> talks = TALKS.stream().map(talk -> samples.resolve(talk).toString());
    JobRequest request =
        JobRequest.of(talks.toList(), TARGETS, JobArguments.defaults(configuration));
    ModelChoice model = ModelChoice.bundled(configuration);
    return new CompilationRun(new JobRun(configuration, model, "cpu", options.output()))
        .run(request, folder.resolve("compilation.mp4"));
  }
}
