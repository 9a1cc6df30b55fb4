package io.fastwhisper.cli;

import io.fastwhisper.domain.JobFailure;
import io.fastwhisper.domain.JobRequest;
import io.fastwhisper.domain.JobSnapshot;
import io.fastwhisper.domain.JobStatus;
import io.fastwhisper.domain.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Runs a job to its film and tells how it went. */
final class CompilationRun {
  private final JobRun job;

  CompilationRun(JobRun job) {
    this.job = job;
  }

  /** Gives the exit code. */
  int run(JobRequest request, Path asked) throws IOException, InterruptedException {
    Path film = film(asked);
    requireNoSource(film, request);
    if (film.getParent() != null) {
      Files.createDirectories(film.getParent());
    }
    return job.run(
        request,
        film,
        (end, feed, display) ->
            report(new CompilationReport(request, end, feed, job.model()), asked, film, display));
  }

  private int report(CompilationReport report, Path asked, Path film, ProgressDisplay display)
      throws IOException {
    JobSnapshot end = report.end();
    Path written = end.compilation() == null ? film : end.compilation();
    if (end.compilation() != null
        && !end.compilation().getFileName().equals(asked.toAbsolutePath().getFileName())) {
      display.note(
          "The film is "
              + written.getFileName()
              + ", not "
              + asked.getFileName()
              + ", for that is what it holds.");
    }
    boolean done = end.status() == JobStatus.COMPLETED;
    Path sidecar = sibling(written, ".json");
    if (done) {
      Files.writeString(sidecar, report.sidecar());
    }
    if (job.output().jsonLines()) {
      System.out.println(report.line());
      return ExitCode.of(end);
    }
    for (JobFailure failed : end.failures()) {
      System.err.println("failed: " + failed.failure());
    }
    if (!done) {
      System.err.println("fastwhisper: " + end.message());
    } else if (end.compilation() == null) {
      System.out.println(end.message() + "; there is no film.");
    } else {
      System.out.print(report.table());
      System.out.println(report.summary());
      System.out.println("Film:  " + written);
      System.out.println("Clips: " + sidecar);
    }
    return ExitCode.of(end);
  }

  /** A film is an MP4 file; without a picture the joining room makes it an M4A file. */
  private static Path film(Path asked) {
    Path absolute = asked.toAbsolutePath().normalize();
    if (absolute.getFileName() == null || Files.isDirectory(absolute)) {
      throw new UsageException("-o " + asked + ": expected the name of a file");
    }
    return absolute.getFileName().toString().endsWith(".mp4")
        ? absolute
        : sibling(absolute, ".mp4");
  }

  private static void requireNoSource(Path film, JobRequest request) throws IOException {
    for (Source source : request.sources()) {
      boolean url = source.location().matches("(?i)https?://.*");
      if (!url
          && Files.exists(film)
          && Files.exists(Path.of(source.location()))
          && Files.isSameFile(film, Path.of(source.location()))) {
        throw new UsageException("-o " + film + ": the film would overwrite a source");
      }
    }
  }

  private static Path sibling(Path file, String ending) {
    return file.resolveSibling(
        file.getFileName().toString().replaceFirst("\\.[^.]*$", "") + ending);
  }
}
