package io.fastwhisper.bus;

import io.fastwhisper.domain.ClipId;
import io.fastwhisper.domain.CutFile;
import io.fastwhisper.domain.Failure;
import io.fastwhisper.domain.FilmClip;
import io.fastwhisper.domain.GpuUse;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.JobSnapshot;
import io.fastwhisper.domain.Segment;
import io.fastwhisper.domain.SegmentId;
import io.fastwhisper.domain.Transcript;
import io.fastwhisper.domain.Video;
import io.fastwhisper.domain.VideoId;
import io.fastwhisper.domain.VideoLocation;
import java.nio.file.Path;
import java.util.List;

/**
 * What has happened. All go to {@link Addresses#EVENTS}, except {@link JobProgress} and {@link
 * SegmentHeard}. An answer to a command with an {@code attempt} carries that of its command.
 */
public sealed interface Event extends Message {
  /** Hears of this event by the method for its kind. */
  void tell(Receiver receiver);

  /** Whoever hears events; a new kind of event does not compile until every receiver knows it. */
  interface Receiver {
    void on(SourceResolved event);

    void on(SourceFailed event);

    void on(VideoOpened event);

    void on(VideoFailed event);

    void on(SegmentFetched event);

    void on(FetchFailed event);

    void on(WorkMoves event);

    void on(DeviceReady event);

    void on(PlacesFree event);

    void on(LeaseHeartbeat event);

    void on(DeviceLost event);

    void on(SegmentTranscribed event);

    void on(TranscriptionFailed event);

    void on(ClipCut event);

    void on(ClipFailed event);

    void on(PrefixGrown event);

    void on(CompilationReady event);

    void on(CompilationFailed event);

    void on(SegmentHeard event);

    void on(JobProgress event);
  }

  /** The source holds these videos, in order; at least one. */
  record SourceResolved(JobId job, int source, List<VideoLocation> videos, int attempt)
      implements Event {
    public SourceResolved {
      videos = List.copyOf(videos);
    }

    @Override
    public void tell(Receiver receiver) {
      receiver.on(this);
    }
  }

  /** The source holds nothing usable. */
  record SourceFailed(JobId job, int source, Failure failure, int attempt) implements Event {
    @Override
    public void tell(Receiver receiver) {
      receiver.on(this);
    }
  }

  /** The video can be read. */
  record VideoOpened(Video video, int attempt) implements Event {
    @Override
    public void tell(Receiver receiver) {
      receiver.on(this);
    }
  }

  /** The video cannot be read. */
  record VideoFailed(VideoId video, Failure failure, int attempt) implements Event {
    @Override
    public void tell(Receiver receiver) {
      receiver.on(this);
    }
  }

  /** The segment's PCM is complete in the file that was asked for. */
  record SegmentFetched(SegmentId segment, long samples, int attempt) implements Event {
    @Override
    public void tell(Receiver receiver) {
      receiver.on(this);
    }
  }

  /** The segment could not be fetched; nothing is left in its file. */
  record FetchFailed(SegmentId segment, Failure failure, int attempt) implements Event {
    @Override
    public void tell(Receiver receiver) {
      receiver.on(this);
    }
  }

  /**
   * The work of a room goes on. Sent several times within the stage's time limit.
   *
   * @param address where the room takes commands
   * @param places of those pieces of work that have moved since this was told last: of each the
   *     first clip that it may become part of
   */
  record WorkMoves(String address, List<ClipId> places) implements Event {
    public WorkMoves {
      places = List.copyOf(places);
    }

    @Override
    public void tell(Receiver receiver) {
      receiver.on(this);
    }
  }

  /**
   * A device can work: it starts, or starts again after it was lost. Leases of an earlier life of
   * it are void, and so are its places.
   *
   * @param device "cpu", "cuda:0" ...
   * @param worker names this life of the device's worker; no other has it
   */
  record DeviceReady(String device, String worker) implements Event {
    @Override
    public void tell(Receiver receiver) {
      receiver.on(this);
    }
  }

  /** The device takes {@code places} more leases than announced before, one for each. */
  record PlacesFree(String device, String worker, int places) implements Event {
    @Override
    public void tell(Receiver receiver) {
      receiver.on(this);
    }
  }

  /**
   * The worker lives and still holds these leases. Sent several times within the heartbeat's limit.
   *
   * @param windowsDone windows that have come out of its lanes in this life of it; where it does
   *     not grow while there are leases, the device is stuck
   * @param use null where the device is no GPU, or its driver does not tell
   */
  record LeaseHeartbeat(
      String device, String worker, List<Long> leases, long windowsDone, GpuUse use)
      implements Event {
    public LeaseHeartbeat {
      leases = List.copyOf(leases);
    }

    @Override
    public void tell(Receiver receiver) {
      receiver.on(this);
    }
  }

  /** The device works no longer; its leases go back. */
  record DeviceLost(String device, String worker, Failure failure) implements Event {
    @Override
    public void tell(Receiver receiver) {
      receiver.on(this);
    }
  }

  /**
   * A segment has its transcript. Times are on the source's time line. The device does not announce
   * the place with this; {@link PlacesFree} follows or went before.
   *
   * @param startBorderMs chosen in the segment's start zone
   * @param endBorderMs chosen in the segment's end zone
   * @param elapsedMs time that the device spent on it
   */
  record SegmentTranscribed(
      long lease,
      SegmentId segment,
      Transcript transcript,
      long startBorderMs,
      long endBorderMs,
      long elapsedMs)
      implements Event {
    @Override
    public void tell(Receiver receiver) {
      receiver.on(this);
    }
  }

  /**
   * A segment has no transcript.
   *
   * @param laneLost true where the work cost the device a lane: after the second time the segment
   *     is given up
   */
  record TranscriptionFailed(long lease, SegmentId segment, Failure failure, boolean laneLost)
      implements Event {
    @Override
    public void tell(Receiver receiver) {
      receiver.on(this);
    }
  }

  /** The clip lies in the file that was asked for. */
  record ClipCut(CutFile clip, int attempt) implements Event {
    @Override
    public void tell(Receiver receiver) {
      receiver.on(this);
    }
  }

  /** The clip could not be cut; nothing is left in its file. */
  record ClipFailed(ClipId clip, Failure failure, int attempt) implements Event {
    @Override
    public void tell(Receiver receiver) {
      receiver.on(this);
    }
  }

  /**
   * The ordered beginning of the compilation has grown, or is final.
   *
   * @param added clips that follow those published before, in order
   * @param lengthMs length of all that were published
   * @param complete no clip will follow
   * @param maxLengthReached complete because the next clip does not fit into the job's greatest
   *     length
   */
  record PrefixGrown(
      JobId job, List<CutFile> added, long lengthMs, boolean complete, boolean maxLengthReached)
      implements Event {
    public PrefixGrown {
      added = List.copyOf(added);
    }

    @Override
    public void tell(Receiver receiver) {
      receiver.on(this);
    }
  }

  /** The film is there. */
  record CompilationReady(JobId job, Path film, long lengthMs, List<FilmClip> clips, int attempt)
      implements Event {
    public CompilationReady {
      clips = List.copyOf(clips);
    }

    @Override
    public void tell(Receiver receiver) {
      receiver.on(this);
    }
  }

  /** The film could not be made. */
  record CompilationFailed(JobId job, Failure failure, int attempt) implements Event {
    @Override
    public void tell(Receiver receiver) {
      receiver.on(this);
    }
  }

  /**
   * Published to {@link Addresses#feed}: what was heard in one segment, once for each that was
   * transcribed.
   *
   * @param endBorderMs where the segment divides from the next one
   */
  record SegmentHeard(Segment segment, Transcript transcript, long endBorderMs) implements Event {
    @Override
    public void tell(Receiver receiver) {
      receiver.on(this);
    }
  }

  /**
   * Published to {@link Addresses#progress}: how the job stands; the last one has a status that is
   * ended.
   */
  record JobProgress(JobSnapshot snapshot) implements Event {
    @Override
    public void tell(Receiver receiver) {
      receiver.on(this);
    }
  }
}
