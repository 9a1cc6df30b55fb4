package io.fastwhisper.domain;

/**
 * One clip, named by its place in the compilation: clips of a job are ordered by video, segment,
 * clip.
 *
 * @param segment the segment in which the clip's first match begins
 * @param clip number of the clip in that segment, from 0, in the order of time
 */
public record ClipId(JobId job, int video, int segment, int clip) implements Comparable<ClipId> {
  public ClipId {
    InvalidValueException.given("job", job);
    InvalidValueException.inRange("video", video, 0, Integer.MAX_VALUE);
    InvalidValueException.inRange("segment", segment, 0, Integer.MAX_VALUE);
    InvalidValueException.inRange("clip", clip, 0, Integer.MAX_VALUE);
  }

  public SegmentId segmentId() {
    return new SegmentId(job, video, segment);
  }

  public VideoId videoId() {
    return new VideoId(job, video);
  }

  /** By job, then by place in the compilation. */
  @Override
  public int compareTo(ClipId other) {
    int byJob = job.compareTo(other.job);
    if (byJob != 0) {
      return byJob;
    }
    int byVideo = Integer.compare(video, other.video);
    if (byVideo != 0) {
      return byVideo;
    }
    int bySegment = Integer.compare(segment, other.segment);
    return bySegment != 0 ? bySegment : Integer.compare(clip, other.clip);
  }

  /** "0-3-1": video, segment, clip. */
  @Override
  public String toString() {
    return video + "-" + segment + "-" + clip;
  }
}
