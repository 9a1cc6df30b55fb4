package io.fastwhisper.source;

import io.fastwhisper.domain.Failure;
import io.fastwhisper.domain.Source;
import io.fastwhisper.domain.VideoLocation;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.PatternSyntaxException;

/**
 * Says which videos a source holds. Looks into folders, so not on an event loop; contacts no other
 * host.
 *
 * <p>A path that exists is taken as it is, whatever characters are in it; only then it may be a
 * pattern. Of a folder or a pattern the files with a media file's ending count, in the order of
 * their names; what is inside them is not looked at yet.
 */
public final class SourceResolver {
  /** Endings of the files that a folder or pattern stands for. */
  private static final Set<String> MEDIA_ENDINGS =
      Set.of(
          "mp4", "m4v", "mov", "mkv", "webm", "avi", "ts", "mts", "flv", "mp3", "m4a", "aac", "wav",
          "flac", "ogg", "oga", "opus");

  private SourceResolver() {}

  /** A source that holds nothing usable. */
  public static final class UnusableSource extends Exception {
    private final Failure failure;

    UnusableSource(Failure failure) {
      super(failure.toString());
      this.failure = failure;
    }

    public Failure failure() {
      return failure;
    }
  }

  /** At least one video, in order. */
  public static List<VideoLocation> resolve(Source source) throws UnusableSource {
    if (!source.file().isEmpty()) {
      return List.of(new VideoLocation(source.file(), source.title()));
    }
    String location = source.location().strip();
    if (location.isEmpty()) {
      throw unusable(source, "an empty name", "Give a file, a folder, a pattern or a URL.");
    }
    if (location.matches("(?i)[a-z][a-z0-9+.-]*://.*")) {
      return List.of(url(source, location));
    }
    try {
      return local(source, Path.of(location));
    } catch (InvalidPathException e) {
      throw unusable(source, "not a file name: " + e.getReason(), "");
    } catch (IOException e) {
      throw unusable(source, "cannot be looked into: " + e.getMessage(), "Check the permissions.");
    }
  }

  private static VideoLocation url(Source source, String location) throws UnusableSource {
    URI uri;
    try {
      uri = new URI(location);
    } catch (URISyntaxException e) {
      throw unusable(
          source, "not a valid URL: " + e.getReason(), "Check it for blanks and brackets.");
    }
    String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") && !scheme.equals("https")) {
      throw unusable(
          source,
          "the scheme " + scheme + ": is not supported",
          "Give an http or https URL, or a file.");
    }
    if (uri.getHost() == null) {
      throw unusable(source, "a URL without a valid host", "");
    }
    if (uri.getRawUserInfo() != null) {
      throw unusable(source, "a URL with a user name in it", "Leave out what stands before the @.");
    }
    String path = uri.getPath() == null ? "" : uri.getPath();
    String name = path.substring(path.lastIndexOf('/') + 1);
    return new VideoLocation(location, name.isEmpty() ? uri.getHost() : name);
  }

  private static List<VideoLocation> local(Source source, Path path)
      throws IOException, UnusableSource {
    if (Files.isDirectory(path)) {
      return listed(source, path, "*");
    }
    if (Files.exists(path)) {
      if (!Files.isRegularFile(path)) {
        throw unusable(source, "not a regular file", "");
      }
      if (!Files.isReadable(path)) {
        throw unusable(source, "may not be read", "Check its permissions.");
      }
      return List.of(found(path));
    }
    Path pattern = path.getFileName();
    Path folder = path.toAbsolutePath().getParent();
    if (pattern != null
        && pattern.toString().matches(".*[*?\\[{].*")
        && folder != null
        && Files.isDirectory(folder)) {
      try {
        return listed(source, folder, pattern.toString());
      } catch (PatternSyntaxException e) {
        throw unusable(source, "not a valid pattern: " + e.getDescription(), "");
      }
    }
    throw unusable(source, "no such file", "Check the name.");
  }

  private static List<VideoLocation> listed(Source source, Path folder, String pattern)
      throws IOException, UnusableSource {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, pattern)) {
      for (Path entry : entries) {
        if (isMedia(entry)) {
          files.add(entry);
        }
      }
    }
    if (files.isEmpty()) {
      throw unusable(
          source,
          "holds no media file",
          "Known endings: " + String.join(", ", MEDIA_ENDINGS.stream().sorted().toList()));
    }
    return files.stream().sorted().map(SourceResolver::found).toList();
  }

  private static boolean isMedia(Path file) {
    String name = file.getFileName().toString();
    String ending = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return !name.startsWith(".") && MEDIA_ENDINGS.contains(ending) && Files.isRegularFile(file);
  }

  private static VideoLocation found(Path file) {
    return new VideoLocation(
        file.toAbsolutePath().normalize().toString(), file.getFileName().toString());
  }

  private static UnusableSource unusable(Source source, String what, String remedy) {
    return new UnusableSource(Failure.permanent(what, source.location(), remedy));
  }
}
