package io.fastwhisper.cli;

import io.fastwhisper.config.Configuration;
import io.fastwhisper.domain.JobFailure;
import io.fastwhisper.domain.JobRequest;
import io.fastwhisper.domain.JobSnapshot;
import io.fastwhisper.domain.JobStatus;
import io.fastwhisper.domain.TranscribeOptions;
import io.fastwhisper.domain.Video;
import io.fastwhisper.transcribe.TranscriptFormat;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes down what is said in media files. */
@Command(
    name = "transcribe",
    description = "Write down what is said.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class TranscribeCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "FILE",
      arity = "1..*",
      description = "Files, folders, patterns, http(s) URLs of media files.")
  private List<String> sources;

  @Option(
      names = "--format",
      paramLabel = "F",
      defaultValue = "txt",
      description = "json (OpenAI's verbose_json with words), srt, vtt or txt (${DEFAULT-VALUE}).")
  private TranscriptFormat format;

  @Mixin private EngineArguments engine;

  @Option(
      names = "--language",
      paramLabel = "CODE",
      defaultValue = "auto",
      description = "en, de ... or auto (${DEFAULT-VALUE}).")
  private String language;

  @Option(
      names = "--prompt",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "Text that went before: style and names to keep to.")
  private String prompt;

  @Option(
      names = "--hotwords",
      paramLabel = "A,B",
      defaultValue = "",
      description = "Words to expect.")
  private String hotwords;

  @Option(
      names = "--beam",
      paramLabel = "N",
      description = "Width of the beam; 1 is greedy. Default: decoding.beam of the configuration.")
  private Integer beam;

  @Option(
      names = "-o",
      paramLabel = "OUT",
      description = "A file, or, for several sources, a folder. Default: standard output.")
  private Path out;

  @Mixin private RunOptions options;

  @Override
  public Integer call() throws IOException, InterruptedException {
    return options.run(this::run);
  }

  private int run(Configuration configuration) throws IOException, InterruptedException {
    int width = beam == null ? configuration.decoding().beam() : beam;
    JobRequest request =
        JobRequest.transcription(sources, new TranscribeOptions(language, prompt, hotwords, width));
    if (width > configuration.lanes().maxBeam()) {
      throw new UsageException(
          "--beam " + width + ": at most lanes.max_beam, " + configuration.lanes().maxBeam());
    }
    return engine
        .jobRun(configuration, options.output())
        .run(
            request,
            Path.of("none.mp4").toAbsolutePath(),
            (end, feed, display) -> {
              write(feed);
              return ended(end);
            });
  }

  private static int ended(JobSnapshot end) {
    for (JobFailure failed : end.failures()) {
      System.err.println("failed: " + failed.failure());
    }
    if (end.status() != JobStatus.COMPLETED) {
      System.err.println("fastwhisper: " + end.message());
    }
    return ExitCode.of(end);
  }

  private void write(JobFeed feed) throws IOException {
    Map<Integer, Video> heard = feed.videos();
    heard.keySet().removeIf(number -> !feed.heard(number));
    boolean several = heard.size() > 1 || sources.size() > 1;
    Set<String> names = new HashSet<>();
    for (Map.Entry<Integer, Video> entry : heard.entrySet()) {
      Video video = entry.getValue();
      String text = format.write(feed.transcript(entry.getKey()), video.durationMs());
      if (out == null) {
        print(several ? "==> " + video.location() + " <==\n" + text : text);
      } else if (several) {
        Files.createDirectories(out);
        Files.writeString(out.resolve(unused(names, video)), text);
      } else {
        Files.writeString(out, text);
      }
    }
  }

  /** Always UTF-8, whatever the terminal's language is. */
  private static void print(String text) {
    PrintStream utf8 = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    utf8.print(text);
    utf8.flush();
  }

  /**
   * The name of the source with the format's ending; a second one of the same name gets a number.
   */
  private String unused(Set<String> names, Video video) {
    String last =
        video
            .location()
            .replaceFirst("[?#].*$", "")
            .replaceFirst("/+$", "")
            .replaceFirst("^.*/", "");
    String base = last.replaceFirst("\\.[^.]*$", "");
    String name = base + "." + format.extension();
    for (int number = 2; !names.add(name); number++) {
      name = base + "-" + number + "." + format.extension();
    }
    return name;
  }
}
