package io.fastwhisper.cli;

import io.fastwhisper.config.Configuration;
import io.fastwhisper.domain.JobRequest;
import io.fastwhisper.source.SampleTalks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
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
  @Option(
      names = "-o",
      paramLabel = "DIR",
      defaultValue = "out",
      description = "Folder for compilation.mp4 and compilation.json (${DEFAULT-VALUE}).")
  private Path folder;

  @Mixin private DeviceArguments device;
  @Mixin private RunOptions options;

  @Override
  public Integer call() throws IOException, InterruptedException {
    return options.run(this::run);
  }

  private int run(Configuration configuration) throws IOException, InterruptedException {
    SampleTalks talks = new SampleTalks(ConfigurationOptions.home().resolve("samples"));
    JobRequest request =
        JobRequest.of(
            talks.files().stream().map(Path::toString).toList(),
            SampleTalks.TARGETS,
            JobArguments.defaults(configuration));
    ModelChoice model = ModelChoice.bundled(configuration);
    return new CompilationRun(
            new JobRun(configuration, model, device.choice(configuration), options.output()))
        .run(request, folder.resolve("compilation.mp4"));
  }
}
