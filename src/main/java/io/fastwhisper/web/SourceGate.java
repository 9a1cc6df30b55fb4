package io.fastwhisper.web;

import io.fastwhisper.domain.Source;
import io.fastwhisper.source.SampleTalks;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Says what the sources of a request over HTTP stand for, and which of them are not for a client of
 * the server to name. URLs are vetted when they are connected to, not here.
 */
final class SourceGate {
  private final Vertx vertx;
  private final SampleTalks samples;
  private final Uploads uploads;
  private final List<Path> folders;

  SourceGate(Vertx vertx, WebSettings settings, Uploads uploads) {
    this.vertx = vertx;
    this.samples = new SampleTalks(settings.samples());
    this.uploads = uploads;
    this.folders = settings.sources();
  }

  /** Fails with a {@link Problem} that names the first source that cannot be taken. */
  Future<List<Source>> resolve(List<String> locations) {
    return vertx.executeBlocking(
        () -> {
          List<Source> sources = new ArrayList<>();
          for (String location : locations) {
            sources.add(source(sources.size(), location.strip()));
          }
          return sources;
        },
        false);
  }

  private Source source(int number, String location) {
    if (location.startsWith("sample:")) {
      Path file =
          samples
              .named(location.substring("sample:".length()))
              .orElseThrow(() -> refused(number, location, "is no sample of this server"));
      return new Source(number, location, file.toString(), file.getFileName().toString());
    }
    if (location.startsWith("upload:")) {
      Uploads.Upload upload =
          uploads
              .find(location.substring("upload:".length()))
              .orElseThrow(
                  () -> refused(number, location, "is no upload of this server, or was removed"));
      return new Source(number, location, upload.content().toString(), upload.name());
    }
    if (location.matches("(?i)https?://.*")) {
      return new Source(number, location);
    }
    if (location.matches("(?i)[a-z][a-z0-9+.-]+:.*")) {
      throw refused(number, location, "is of no kind that is taken: http, https, upload, sample");
    }
    return file(number, location);
  }

  /** The same words whatever is wrong: what lies on the server's disk is not for asking. */
  private Source file(int number, String location) {
    try {
      Path real = Path.of(location).toRealPath();
      for (Path folder : folders) {
        if (Files.exists(folder)
            && real.startsWith(folder.toRealPath())
            && Files.isRegularFile(real)
            && Path.of(location).isAbsolute()) {
          return new Source(number, location, real.toString(), real.getFileName().toString());
        }
      }
    } catch (IOException | InvalidPathException e) {
      throw notBelow(number, location);
    }
    throw notBelow(number, location);
  }

  private static Problem notBelow(int number, String location) {
    return refused(
        number,
        location,
        "is no URL, and no file below a folder that this server allows (folders.sources)");
  }

  private static Problem refused(int number, String location, String why) {
    return Problem.field("sources/" + number, location + " " + why);
  }
}
