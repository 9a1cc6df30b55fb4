package io.fastwhisper.media;

import io.fastwhisper.domain.FilmClip;
import java.nio.file.Path;
import java.util.List;

/**
 * A film that was written.
 *
 * @param file where; not what was asked for where the ending had to change
 * @param clips each with its place in the film, without gaps
 */
public record JoinedFilm(Path file, long lengthMs, List<FilmClip> clips) {
  public JoinedFilm {
    clips = List.copyOf(clips);
  }
}
