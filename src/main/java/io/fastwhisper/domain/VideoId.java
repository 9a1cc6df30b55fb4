package io.fastwhisper.domain;

/**
 * One video of a job.
 *
 * @param video number of the video in the job, from 0, in the order of the sources
 */
public record VideoId(JobId job, int video) {
  public VideoId {
    InvalidValueException.given("job", job);
    InvalidValueException.inRange("video", video, 0, Integer.MAX_VALUE);
  }

  public SegmentId segment(int segment) {
    return new SegmentId(job, video, segment);
  }

  @Override
  public String toString() {
    return Integer.toString(video);
  }
}
