package io.fastwhisper.bus;

import io.fastwhisper.domain.Clip;
import io.fastwhisper.domain.ClipId;
import io.fastwhisper.domain.CutFile;
import io.fastwhisper.domain.FilmFormat;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.JobRequest;
import io.fastwhisper.domain.Segment;
import io.fastwhisper.domain.SegmentId;
import io.fastwhisper.domain.Source;
import io.fastwhisper.domain.TranscribeOptions;
import io.fastwhisper.domain.Video;
import io.fastwhisper.domain.VideoId;
import io.fastwhisper.domain.VideoLocation;
import java.nio.file.Path;
import java.util.List;

/**
 * What one room is asked to do. The reply only says that the command was taken; the outcome is an
 * {@link Event}, exactly one for each command that names one, sent to {@link Addresses#EVENTS}
 * within the stage's time limit. Work that was called off by {@link StopWork} or {@link
 * WithdrawLease} need not be answered. A room that is asked again for the same id (another try)
 * starts anew and overwrites what the first try left. Tries are counted from 1, as {@code attempt};
 * the answer carries the same, so that one to a try that was given up is known as such.
 */
public sealed interface Command extends Message {

  /**
   * To {@link Addresses#JOBS}: accept a job. Answered by {@link Event.JobProgress} until it is
   * ended.
   */
  record SubmitJob(JobId job, JobRequest request, Path film) implements Command {}

  /**
   * To {@link Addresses#JOBS}: go on with a job that was accepted before this process began. As
   * {@link SubmitJob}, but it is kept already.
   */
  record ResumeJob(JobId job, JobRequest request, Path film, long receivedAtMs)
      implements Command {}

  /**
   * To {@link Addresses#JOBS}: end a job without a film; its children are killed and its files go.
   */
  record CancelJob(JobId job) implements Command {}

  /**
   * To {@link Addresses#JOBS}: accept no more jobs and begin no more work. Taken once what devices
   * have in hand is transcribed and kept, or the limit is over. Jobs that have not ended are left
   * as they are, to be resumed.
   */
  record Drain(long limitMs) implements Command {}

  /** To {@link Addresses#JOBS}: say how busy everything is. {@link Reply.LoadTold}. */
  record TellLoad() implements Command {}

  /**
   * To {@link Addresses#SOURCE}: say which videos a source holds. {@link Event.SourceResolved} or
   * {@link Event.SourceFailed}.
   */
  record ResolveSource(JobId job, Source source, int attempt) implements Command {}

  /**
   * To {@link Addresses#DOWNLOAD}: make a video readable and learn its facts. A local file is only
   * looked into; a URL is copied into {@code folder}, which exists. {@link Event.VideoOpened} or
   * {@link Event.VideoFailed}.
   */
  record OpenVideo(VideoId video, VideoLocation location, Path folder, int attempt)
      implements Command {}

  /**
   * To {@link Addresses#DOWNLOAD}: write the segment's range as raw PCM (32-bit little-endian
   * float, 16 kHz, mono, no header) whose first sample is the sound at {@code range.startMs}.
   * {@link Event.SegmentFetched} or {@link Event.FetchFailed}.
   */
  record FetchSegment(Segment segment, Video video, Path pcmFile, int attempt) implements Command {}

  /**
   * To {@link Addresses#device}: transcribe the segment's whole range and, with {@code
   * fw_border_find}, choose a border in each of its zones. {@link Event.SegmentTranscribed} or
   * {@link Event.TranscriptionFailed}, with the same lease.
   *
   * @param lease names this loan of the segment to this device; an answer with another one is
   *     dropped
   * @param priority the job's, 0 to 9
   * @param pcmFile as in {@link FetchSegment}
   */
  record TranscribeSegment(
      long lease, int priority, Segment segment, Path pcmFile, TranscribeOptions options)
      implements Command {}

  /**
   * To {@link Addresses#device}: drop this lease's windows. Its places are announced again as for
   * any other end.
   */
  record WithdrawLease(long lease) implements Command {}

  /**
   * To {@link Addresses#device}: prove the device by a real inference, ahead of all leases and
   * without a place. Answered by {@link Reply.DeviceTried} when it is done; the request fails where
   * the device cannot compute, and lapses where it is stuck.
   *
   * @param pcmFile some seconds of speech, as in {@link FetchSegment}
   */
  record TryDevice(Path pcmFile, long lengthMs) implements Command {}

  /**
   * To {@link Addresses#CUT}: cut a clip into the film's format. {@link Event.ClipCut} or {@link
   * Event.ClipFailed}.
   */
  record CutClip(Clip clip, Video video, FilmFormat format, Path clipFile, int attempt)
      implements Command {}

  /**
   * To {@link Addresses#ORDERING}: a job begins. Its compilation may take {@code maxLengthMs}; 0 is
   * no limit.
   */
  record OpenLedger(JobId job, long maxLengthMs) implements Command {}

  /** To {@link Addresses#ORDERING}: the job has this many videos and no more. */
  record CountVideos(JobId job, int videos) implements Command {}

  /**
   * To {@link Addresses#ORDERING}: a video has this many segments; 0 for a video that failed. Each
   * takes its ticket.
   */
  record TakeTickets(VideoId video, int segments) implements Command {}

  /**
   * To {@link Addresses#ORDERING}: a segment's ticket opens into this many clip tickets; 0 closes
   * it.
   */
  record OpenTicket(SegmentId segment, int clips) implements Command {}

  /**
   * To {@link Addresses#ORDERING}: a clip has its file, or, where {@code file} is null, will never
   * have one.
   */
  record CloseTicket(ClipId clip, CutFile file) implements Command {}

  /** To {@link Addresses#ORDERING}: forget the job's ledger. */
  record CloseLedger(JobId job) implements Command {}

  /**
   * To {@link Addresses#COMPILE}: join the parts in their order, one chapter for each. Without a
   * picture the film becomes an {@code .m4a} beside {@code film}. {@link Event.CompilationReady} or
   * {@link Event.CompilationFailed}.
   */
  record JoinFilm(JobId job, List<FilmPart> parts, FilmFormat format, Path film, int attempt)
      implements Command {
    public JoinFilm {
      parts = List.copyOf(parts);
    }
  }

  /** A part of a film: the clip, its file and the title of the video that it comes from. */
  record FilmPart(Clip clip, CutFile file, String videoTitle) {}

  /**
   * Published to {@link Addresses#STOP}, heard by every room that runs work for jobs: kill the
   * children that work on this job at or behind {@code from} (in the order video, segment, clip)
   * and remove what they were writing. A fetch or a cut counts by its id, opening by its video,
   * resolving and joining only where {@code from} is 0-0-0.
   */
  record StopWork(ClipId from) implements Command {}
}
