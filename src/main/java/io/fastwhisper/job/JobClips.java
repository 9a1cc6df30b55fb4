package io.fastwhisper.job;

import io.fastwhisper.domain.Clip;
import io.fastwhisper.domain.ClipId;
import io.fastwhisper.domain.CutFile;
import io.fastwhisper.domain.FilmClip;
import io.fastwhisper.domain.TimeRange;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The clips of a job: planned, cut, failed, and the ordered beginning of the film that is ready.
 */
final class JobClips {
  private final Map<ClipId, Clip> planned = new TreeMap<>();
  private final Set<ClipId> cut = new HashSet<>();
  private final Set<ClipId> failed = new HashSet<>();
  private final List<FilmClip> film = new ArrayList<>();
  private final List<CutFile> files = new ArrayList<>();
  private long lengthMs;

  void plan(Clip clip) {
    planned.put(clip.id(), clip);
  }

  /** All that are planned so far, in the order of the film. */
  Collection<Clip> planned() {
    return planned.values();
  }

  /** The clip, or null where it is not planned. */
  Clip get(ClipId id) {
    return planned.get(id);
  }

  boolean settled(ClipId id) {
    return cut.contains(id) || failed.contains(id);
  }

  /** From now on the clip is what its file holds. */
  void cut(CutFile file) {
    cut.add(file.id());
    planned.computeIfPresent(file.id(), (id, clip) -> new Clip(id, file.range(), clip.matches()));
  }

  void fail(ClipId id) {
    failed.add(id);
  }

  /** The next part of the film. */
  void append(CutFile file) {
    long endMs = lengthMs + file.lengthMs();
    film.add(new FilmClip(planned.get(file.id()), new TimeRange(lengthMs, endMs)));
    files.add(file);
    lengthMs = endMs;
  }

  /** The film is joined: this is where its clips came to lie. */
  void joined(List<FilmClip> clips, long filmMs) {
    film.clear();
    film.addAll(clips);
    lengthMs = filmMs;
  }

  List<FilmClip> film() {
    return film;
  }

  List<CutFile> files() {
    return files;
  }

  long lengthMs() {
    return lengthMs;
  }

  int total() {
    return planned.size();
  }

  int cut() {
    return cut.size();
  }

  int failed() {
    return failed.size();
  }
}
