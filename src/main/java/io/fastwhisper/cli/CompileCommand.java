package io.fastwhisper.cli;

import io.fastwhisper.config.Configuration;
import io.fastwhisper.domain.JobRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Cuts a film of the places where words are said. */
@Command(
    name = "compile",
    description = "Cut a film of the places where words are said.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class CompileCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "SOURCE",
      arity = "1..*",
      description = "Files, folders, patterns, http(s) URLs of media files; in the film's order.")
  private List<String> sources;

  @Option(
      names = "--words",
      paramLabel = "A,B",
      required = true,
      split = ",",
      description = "Words and phrases to find, with commas between them.")
  private List<String> words;

  @Mixin private JobArguments job;
  @Mixin private EngineArguments engine;

  @Option(
      names = "-o",
      paramLabel = "FILE",
      defaultValue = "compilation.mp4",
      description = "The film (${DEFAULT-VALUE}); beside it comes FILE.json.")
  private Path film;

  @Mixin private RunOptions options;

  @Override
  public Integer call() throws IOException, InterruptedException {
    return options.run(this::run);
  }

  private int run(Configuration configuration) throws IOException, InterruptedException {
    List<String> targets = targets();
    JobRequest request = JobRequest.of(sources, targets, job.toOptions(configuration));
    return new CompilationRun(engine.jobRun(configuration, options.output())).run(request, film);
  }

  private List<String> targets() {
    List<String> targets = new ArrayList<>();
    for (String word : words) {
      if (!word.isBlank()) {
        targets.add(word.strip());
      }
    }
    if (targets.isEmpty()) {
      throw new UsageException("--words: there is no word to find");
    }
    return targets;
  }
}
