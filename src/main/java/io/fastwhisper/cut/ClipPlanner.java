package io.fastwhisper.cut;

import io.fastwhisper.domain.Clip;
import io.fastwhisper.domain.Match;
import io.fastwhisper.domain.Searched;
import io.fastwhisper.domain.Segment;
import io.fastwhisper.domain.SegmentId;
import io.fastwhisper.domain.TimeRange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes clips of the matches of one video, which become known in any order.
 *
 * <p>Each match is padded, inside the video. Padded matches that overlap, touch or lie no further
 * apart than the merge gap are one clip, also across segments; the clip belongs to the segment of
 * its first match. A clip is settled, and never changes again, as soon as no match that is still
 * unknown could become part of it or come before it in its segment; a segment is settled once all
 * of its clips are.
 *
 * <p>A pure state: not thread-safe, no clock, no I/O.
 */
public final class ClipPlanner {
  private final List<Segment> segments;
  private final long durationMs;
  private final long paddingBeforeMs;
  private final long paddingAfterMs;
  private final long mergeGapMs;

  /** Known stretches in the order of time, which do not touch. */
  private final List<Known> known = new ArrayList<>();

  private final List<Match> matches = new ArrayList<>();
  private final List<Progress> progress = new ArrayList<>();

  private record Known(long startMs, long endMs, long reachMs) {}

  private static final class Progress {
    int clipsSettled;
    boolean settled;
  }

  /** Matches that make one clip. */
  private static final class Cluster {
    final List<Match> matches = new ArrayList<>();
    final long startMs;
    long endMs;

    Cluster(Match first, long startMs, long endMs) {
      matches.add(first);
      this.startMs = startMs;
      this.endMs = endMs;
    }
  }

  /**
   * What is settled since the last time: clips in their order, and the number of clips of each
   * segment that is complete.
   */
  public record Settled(List<Clip> clips, Map<SegmentId, Integer> clipsOfSegment) {}

  /**
   * Plans the clips of one video.
   *
   * @param segments all of the video's, in order
   * @param durationMs length of the video
   */
  public ClipPlanner(
      List<Segment> segments,
      long durationMs,
      long paddingBeforeMs,
      long paddingAfterMs,
      long mergeGapMs) {
    this.segments = List.copyOf(segments);
    this.durationMs = durationMs;
    this.paddingBeforeMs = paddingBeforeMs;
    this.paddingAfterMs = paddingAfterMs;
    this.mergeGapMs = mergeGapMs;
    segments.forEach(segment -> progress.add(new Progress()));
  }

  /** Takes what has become known. */
  public Settled searched(List<Searched> stretches) {
    for (Searched stretch : stretches) {
      learn(stretch);
    }
    matches.sort(Comparator.comparingLong(Match::startMs));
    Map<Integer, List<Cluster>> clustersOfSegment = new LinkedHashMap<>();
    for (Cluster cluster : clusters()) {
      int segment = cluster.matches.get(0).segment().segment();
      clustersOfSegment.computeIfAbsent(segment, s -> new ArrayList<>()).add(cluster);
    }
    List<Clip> clips = new ArrayList<>();
    Map<SegmentId, Integer> clipsOfSegment = new LinkedHashMap<>();
    for (int i = 0; i < segments.size(); i++) {
      if (!progress.get(i).settled) {
        settle(i, clustersOfSegment.getOrDefault(i, List.of()), clips, clipsOfSegment);
      }
    }
    return new Settled(clips, clipsOfSegment);
  }

  private void settle(
      int number,
      List<Cluster> clusters,
      List<Clip> clips,
      Map<SegmentId, Integer> clipsOfSegment) {
    Progress state = progress.get(number);
    Segment segment = segments.get(number);
    for (Cluster cluster :
        clusters.subList(Math.min(state.clipsSettled, clusters.size()), clusters.size())) {
      long firstMs = cluster.matches.get(0).startMs();
      if (!knownThroughout(segment.range().startMs(), firstMs) || changeable(cluster)) {
        return;
      }
      TimeRange range = new TimeRange(cluster.startMs, cluster.endMs);
      clips.add(new Clip(segment.id().clip(state.clipsSettled), range, cluster.matches));
      state.clipsSettled++;
    }
    long endMs = number + 1 == segments.size() ? Long.MAX_VALUE : segment.range().endMs();
    if (knownThroughout(segment.range().startMs(), endMs)) {
      state.settled = true;
      clipsOfSegment.put(segment.id(), state.clipsSettled);
    }
  }

  private List<Cluster> clusters() {
    List<Cluster> clusters = new ArrayList<>();
    Cluster open = null;
    for (Match match : matches) {
      long startMs = Math.max(0, Math.min(match.startMs(), durationMs) - paddingBeforeMs);
      long endMs = Math.min(durationMs, match.endMs() + paddingAfterMs);
      if (open != null && startMs - open.endMs <= mergeGapMs) {
        open.matches.add(match);
        open.endMs = Math.max(open.endMs, endMs);
      } else {
        open = new Cluster(match, startMs, Math.max(startMs, endMs));
        clusters.add(open);
      }
    }
    return clusters;
  }

  /**
   * True where a match that is not known yet could come to lie in the cluster, or so near that both
   * become one.
   */
  private boolean changeable(Cluster cluster) {
    long unknownFromMs = 0;
    for (Known stretch : known) {
      if (unknownFromMs < stretch.startMs() && near(cluster, unknownFromMs, stretch.reachMs())) {
        return true;
      }
      unknownFromMs = stretch.endMs();
    }
    return unknownFromMs != Long.MAX_VALUE && near(cluster, unknownFromMs, Long.MAX_VALUE);
  }

  private boolean near(Cluster cluster, long unknownFromMs, long unknownReachMs) {
    long firstMs = Math.max(0, unknownFromMs - paddingBeforeMs);
    long lastMs =
        unknownReachMs == Long.MAX_VALUE ? Long.MAX_VALUE : unknownReachMs + paddingAfterMs;
    boolean reachesStart = lastMs == Long.MAX_VALUE || cluster.startMs - lastMs <= mergeGapMs;
    return reachesStart && firstMs - cluster.endMs <= mergeGapMs;
  }

  /** True where every match that starts in the range is known. */
  private boolean knownThroughout(long startMs, long endMs) {
    for (Known stretch : known) {
      if (stretch.startMs() <= startMs && endMs <= stretch.endMs()) {
        return true;
      }
    }
    return false;
  }

  private void learn(Searched stretch) {
    matches.addAll(stretch.matches());
    known.add(new Known(stretch.range().startMs(), stretch.range().endMs(), stretch.reachMs()));
    known.sort(Comparator.comparingLong(Known::startMs));
    for (int i = 0; i + 1 < known.size(); ) {
      Known one = known.get(i);
      Known next = known.get(i + 1);
      if (one.endMs() == next.startMs()) {
        known.set(i, new Known(one.startMs(), next.endMs(), one.reachMs()));
        known.remove(i + 1);
      } else {
        i++;
      }
    }
  }
}
