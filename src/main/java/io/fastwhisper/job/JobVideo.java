package io.fastwhisper.job;

import io.fastwhisper.cut.ClipPlanner;
import io.fastwhisper.domain.JobOptions;
import io.fastwhisper.domain.Match;
import io.fastwhisper.domain.Searched;
import io.fastwhisper.domain.Segment;
import io.fastwhisper.domain.Transcript;
import io.fastwhisper.domain.Video;
import io.fastwhisper.domain.VideoId;
import io.fastwhisper.domain.VideoLocation;
import io.fastwhisper.domain.VideoProgress;
import io.fastwhisper.domain.VideoProgress.State;
import io.fastwhisper.find.VideoSearch;
import io.fastwhisper.find.WordFinder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** One video of a job: how far its segments are, and what was found in it. */
final class JobVideo {
  /** How far a segment is. */
  enum SegmentState {
    FETCHING,
    /** Its PCM is there; it is asked whether it was heard before. */
    RECALLING,
    /** It waits for a device. */
    WAITING,
    /** A device has it. */
    LENT,
    TRANSCRIBED,
    FAILED;

    boolean settled() {
      return this == TRANSCRIBED || this == FAILED;
    }
  }

  private final VideoId id;
  private final int source;
  private final VideoLocation location;
  private boolean failed;
  private Video video;
  private List<Segment> segments = List.of();
  private SegmentState[] segmentStates = {};
  private VideoSearch search;
  private ClipPlanner planner;
  private final List<Match> matches = new ArrayList<>();

  /**
   * A video that is to be opened.
   *
   * @param source number of the source that it came from
   */
  JobVideo(VideoId id, int source, VideoLocation location) {
    this.id = id;
    this.source = source;
    this.location = location;
  }

  void open(Video opened, List<Segment> plan, WordFinder finder, JobOptions options) {
    video = opened;
    segments = plan;
    segmentStates = new SegmentState[plan.size()];
    Arrays.fill(segmentStates, SegmentState.FETCHING);
    search = new VideoSearch(finder, plan);
    planner =
        new ClipPlanner(
            plan,
            opened.durationMs(),
            options.paddingBeforeMs(),
            options.paddingAfterMs(),
            options.mergeGapMs());
  }

  void fail() {
    failed = true;
  }

  /** True once it is known whether the video can be used. */
  boolean settled() {
    return failed || usable();
  }

  boolean usable() {
    return video != null;
  }

  boolean segmentsSettled() {
    return settled() && Arrays.stream(segmentStates).allMatch(SegmentState::settled);
  }

  VideoId id() {
    return id;
  }

  int source() {
    return source;
  }

  VideoProgress progress() {
    return new VideoProgress(
        id.video(),
        source,
        title(),
        failed ? State.FAILED : usable() ? State.OPEN : State.OPENING,
        usable() ? video.durationMs() : 0,
        segments.size(),
        count(SegmentState.TRANSCRIBED) + count(SegmentState.FAILED),
        count(SegmentState.FAILED),
        matches.size());
  }

  VideoLocation location() {
    return location;
  }

  String title() {
    return video == null ? location.title() : video.title();
  }

  Video video() {
    return video;
  }

  List<Segment> segments() {
    return segments;
  }

  /** How far a segment is; FAILED for one that the video does not have. */
  SegmentState segmentState(int segment) {
    return segment < segmentStates.length ? segmentStates[segment] : SegmentState.FAILED;
  }

  void move(int segment, SegmentState to) {
    segmentStates[segment] = to;
  }

  int count(SegmentState wanted) {
    return (int) Arrays.stream(segmentStates).filter(wanted::equals).count();
  }

  /** Takes a segment's transcript, and says what is settled by it. */
  ClipPlanner.Settled transcribed(int segment, Transcript transcript, long endBorderMs) {
    move(segment, SegmentState.TRANSCRIBED);
    return plan(search.transcribed(segment, transcript.words(), endBorderMs));
  }

  /** Gives a segment up, and says what is settled by it. */
  ClipPlanner.Settled segmentFailed(int segment) {
    move(segment, SegmentState.FAILED);
    return plan(search.failed(segment));
  }

  private ClipPlanner.Settled plan(List<Searched> searched) {
    searched.forEach(stretch -> matches.addAll(stretch.matches()));
    matches.sort(Comparator.comparingLong(Match::startMs));
    return planner.searched(searched);
  }

  /** What was found so far, by time. */
  List<Match> matches() {
    return matches;
  }

  /** Milliseconds of the video that its transcribed segments stand for. */
  long transcribedMs() {
    return segments.isEmpty()
        ? 0
        : video.durationMs() * count(SegmentState.TRANSCRIBED) / segments.size();
  }
}
