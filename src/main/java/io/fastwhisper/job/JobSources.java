package io.fastwhisper.job;

import io.fastwhisper.domain.VideoLocation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Brings the videos of all sources into one order. Sources are resolved in any order; videos are
 * numbered as far as that is done without a gap.
 */
final class JobSources {
  /** A video whose place in the order is known, and the source that it came from. */
  record Numbered(int source, VideoLocation location) {}

  private final int count;
  private final Map<Integer, List<VideoLocation>> settled = new HashMap<>();
  private int numbered;

  JobSources(int count) {
    this.count = count;
  }

  /** True once it is known what the source holds. */
  boolean settled(int source) {
    return settled.containsKey(source);
  }

  /** True once every video has its number. */
  boolean allNumbered() {
    return numbered == count;
  }

  /**
   * It has become known what a source holds.
   *
   * @param videos empty where it could not be resolved
   * @return videos that now have their numbers, following those before
   */
  List<Numbered> settle(int source, List<VideoLocation> videos) {
    settled.put(source, videos);
    List<Numbered> next = new ArrayList<>();
    while (numbered < count && settled.containsKey(numbered)) {
      for (VideoLocation video : settled.get(numbered)) {
        next.add(new Numbered(numbered, video));
      }
      numbered++;
    }
    return next;
  }
}
