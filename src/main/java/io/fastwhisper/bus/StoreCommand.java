package io.fastwhisper.bus;

import io.fastwhisper.domain.HeardSegment;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.JobRequest;
import io.fastwhisper.domain.JobSnapshot;
import io.fastwhisper.domain.Segment;
import io.fastwhisper.domain.TranscribeOptions;
import io.fastwhisper.domain.Video;
import java.nio.file.Path;

/**
 * What the store is asked, at {@link Addresses#STORE}. Its reply comes when it is done: what was to
 * be kept is then on the disk, and what was asked for is in the {@link Reply}. Where the disk is
 * full or cannot be written, the request fails with {@link Refusal#NO_STORAGE}.
 */
public sealed interface StoreCommand extends Message {

  /**
   * Keep a job that is to be accepted. {@link Reply.JobKept}.
   *
   * @param film where its film is going to lie
   */
  record KeepJob(JobId job, JobRequest request, Path film, long receivedAtMs)
      implements StoreCommand {}

  /** Keep how a job ended. It is not run again after this. */
  record KeepEnd(JobSnapshot end) implements StoreCommand {}

  /** Keep which video of a job is which. */
  record KeepVideo(Video video) implements StoreCommand {}

  /**
   * Keep what was heard in a segment, for this job and for whoever asks for the same sound again.
   *
   * @param key as {@link Reply.SegmentRecalled} gave it
   */
  record KeepSegment(String key, HeardSegment heard) implements StoreCommand {}

  /**
   * Say what was heard when the same sound was transcribed before, with the same model and options.
   * {@link Reply.SegmentRecalled}. What is recalled is kept for this job, too.
   *
   * @param pcmFile the segment's sound, as in {@link Command.FetchSegment}
   */
  record RecallSegment(Segment segment, Path pcmFile, TranscribeOptions options)
      implements StoreCommand {}

  /** Forget an ended job. Transcripts stay: they belong to the sound. */
  record ForgetJob(JobId job) implements StoreCommand {}

  /** Tell of one job. {@link Reply.JobLoaded}. */
  record LoadJob(JobId job) implements StoreCommand {}

  /**
   * Tell of jobs, the newest first. {@link Reply.JobsListed}.
   *
   * @param before jobs with a smaller number than this
   */
  record ListJobs(long before, int limit) implements StoreCommand {}

  /**
   * Tell of all jobs that were accepted and have not ended, the oldest first. {@link
   * Reply.JobsListed}.
   */
  record ListUnfinished() implements StoreCommand {}

  /** Tell what was heard in one video of a job so far. {@link Reply.VideoHeard}. */
  record LoadVideo(JobId job, int video) implements StoreCommand {}
}
