package io.fastwhisper.web;

import io.fastwhisper.domain.JobRequest;
import io.fastwhisper.domain.Source;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Keeps the server's paths from its clients: in a text about a job, a file that the server has
 * chosen for a source is called as the user called the source, and what lies in the server's own
 * folders is not named at all.
 */
final class PathVeil {
  private static final String COVER = "a file of the server";

  private final Pattern own;

  /**
   * Hides what lies below these folders.
   *
   * @param folders absolute
   */
  PathVeil(List<Path> folders) {
    own =
        Pattern.compile(
            folders.stream()
                .map(folder -> Pattern.quote(folder.toString()))
                .collect(Collectors.joining("|", "(?:", ")(?:/[^\\s:;,'\")]*)?")));
  }

  /** The text as a client may see it. */
  String cover(String text, JobRequest request) {
    if (text.indexOf('/') < 0) {
      return text;
    }
    String covered = text;
    for (Source source : request.sources()) {
      if (!source.file().isEmpty()) {
        covered = covered.replace(source.file(), source.location());
      }
    }
    return own.matcher(covered).replaceAll(Matcher.quoteReplacement(COVER));
  }
}
