package io.fastwhisper.domain;

/**
 * One segment of a video.
 *
 * @param segment number of the segment in its video, from 0, in the order of time
 */
public record SegmentId(JobId job, int video, int segment) {
  public SegmentId {
    InvalidValueException.given("job", job);
    InvalidValueException.inRange("video", video, 0, Integer.MAX_VALUE);
    InvalidValueException.inRange("segment", segment, 0, Integer.MAX_VALUE);
  }

  public VideoId videoId() {
    return new VideoId(job, video);
  }

  public ClipId clip(int clip) {
    return new ClipId(job, video, segment, clip);
  }

  /** "0-3". */
  @Override
  public String toString() {
    return video + "-" + segment;
  }
}
