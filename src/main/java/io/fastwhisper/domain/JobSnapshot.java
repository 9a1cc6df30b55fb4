package io.fastwhisper.domain;

import java.nio.file.Path;
import java.util.List;

/**
 * How a job stands at one moment. Times are milliseconds since the epoch, 0 where that has not
 * happened yet.
 *
 * @param videos how far each of them is, by number
 * @param currentVideo number of the first video that is not finished, from 1; 0 before the first
 * @param totalVideos videos known so far
 * @param usableVideos of them, those that could be opened
 * @param currentVideoTitle title of the current video, "" where there is none
 * @param segmentsProcessing segments with a lane
 * @param segmentsCompleted segments transcribed or failed for good
 * @param clipsCutting clips that are being cut or wait for it
 * @param clipsCut clips cut
 * @param transcriptionProgress 0 to 1 over all known segments
 * @param mediaMs length of all opened videos
 * @param transcribedMs of it, what has been transcribed
 * @param matches what was found, by video and time
 * @param clips clips in the ordered beginning of the compilation that is ready
 * @param compilationLengthMs their length
 * @param earlyTermination true once maxLengthMs was reached and the rest was called off
 * @param compilation the film, or null
 * @param failures what failed for good, in the order it happened
 * @param message how the job ended, for people; "" before
 * @param receivedAtMs when the job was accepted
 * @param startedAtMs when its first source was looked at
 * @param transcribingStartedAtMs when its first video was ready to be transcribed
 * @param transcribingMs time on devices, summed over segments
 * @param nowMs the moment that this describes
 */
public record JobSnapshot(
    JobId id,
    JobStatus status,
    JobStage stage,
    List<VideoProgress> videos,
    int currentVideo,
    int totalVideos,
    int usableVideos,
    String currentVideoTitle,
    int segmentsProcessing,
    int segmentsCompleted,
    int segmentsFailed,
    int totalSegments,
    int clipsCutting,
    int clipsCut,
    int clipsFailed,
    int totalClips,
    double transcriptionProgress,
    long mediaMs,
    long transcribedMs,
    List<Match> matches,
    List<FilmClip> clips,
    long compilationLengthMs,
    boolean earlyTermination,
    Path compilation,
    List<JobFailure> failures,
    String message,
    long receivedAtMs,
    long startedAtMs,
    long transcribingStartedAtMs,
    long endedAtMs,
    long transcribingMs,
    long nowMs) {
  public JobSnapshot {
    InvalidValueException.given("id", id);
    videos = List.copyOf(videos);
    matches = List.copyOf(matches);
    clips = List.copyOf(clips);
    failures = List.copyOf(failures);
  }
}
