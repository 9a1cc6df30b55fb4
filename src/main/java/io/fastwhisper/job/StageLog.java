package io.fastwhisper.job;

import io.fastwhisper.bus.Command;
import io.fastwhisper.bus.Event;
import io.fastwhisper.bus.Message;
import io.fastwhisper.bus.Reply;
import io.fastwhisper.domain.Failure;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.SegmentId;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says a message that moves a video, segment or clip from one stage to the next in one line,
 * without its load.
 */
final class StageLog {
  private static final Logger LOG = LoggerFactory.getLogger(StageLog.class);

  private final boolean on;

  /**
   * @param on whether anything is written at all
   */
  StageLog(boolean on) {
    this.on = on;
  }

  /** Writes the message's line, if it has one. */
  void write(Message message) {
    if (on) {
      line(message).ifPresent(LOG::info);
    }
  }

  /** The line; nothing for a message that moves nothing. */
  static Optional<String> line(Message message) {
    String line = null;
    if (message instanceof Command command) {
      line = ofCommand(command);
    } else if (message instanceof Event event) {
      line = ofEvent(event);
    } else if (message instanceof Reply.SegmentRecalled recalled && recalled.heard() != null) {
      SegmentId segment = recalled.heard().segment().id();
      line = say(segment.job(), segment, "recalled");
    }
    return Optional.ofNullable(line);
  }

  private static String ofCommand(Command command) {
    if (command instanceof Command.OpenVideo open) {
      return say(open.video().job(), open.video(), "opening");
    } else if (command instanceof Command.FetchSegment fetch) {
      return say(fetch.segment().id().job(), fetch.segment().id(), "fetching");
    } else if (command instanceof Command.TranscribeSegment transcribe) {
      return say(
          transcribe.segment().id().job(),
          transcribe.segment().id(),
          "transcribing, lease " + transcribe.lease());
    } else if (command instanceof Command.CutClip cut) {
      return say(cut.clip().id().job(), cut.clip().id(), "cutting");
    } else if (command instanceof Command.JoinFilm join) {
      return say(join.job(), "film", "joining " + join.parts().size() + " clips");
    }
    return null;
  }

  private static String ofEvent(Event event) {
    if (event instanceof Event.VideoOpened opened) {
      return say(opened.video().id().job(), opened.video().id(), "opened");
    } else if (event instanceof Event.VideoFailed failed) {
      return say(failed.video().job(), failed.video(), failed.failure());
    } else if (event instanceof Event.SegmentFetched fetched) {
      return say(fetched.segment().job(), fetched.segment(), "fetched");
    } else if (event instanceof Event.FetchFailed failed) {
      return say(failed.segment().job(), failed.segment(), failed.failure());
    } else if (event instanceof Event.SegmentTranscribed transcribed) {
      return say(
          transcribed.segment().job(),
          transcribed.segment(),
          "transcribed in " + transcribed.elapsedMs() + " ms");
    } else if (event instanceof Event.TranscriptionFailed failed) {
      return say(failed.segment().job(), failed.segment(), failed.failure());
    } else if (event instanceof Event.ClipCut cut) {
      return say(cut.clip().id().job(), cut.clip().id(), "cut");
    } else if (event instanceof Event.ClipFailed failed) {
      return say(failed.clip().job(), failed.clip(), failed.failure());
    } else if (event instanceof Event.CompilationReady ready) {
      return say(ready.job(), "film", "ready, " + ready.lengthMs() + " ms");
    } else if (event instanceof Event.CompilationFailed failed) {
      return say(failed.job(), "film", failed.failure());
    }
    return null;
  }

  private static String say(JobId job, Object place, Failure failure) {
    return say(job, place, "failed: " + failure.what());
  }

  private static String say(JobId job, Object place, String what) {
    return "job " + job + " " + place + ": " + what;
  }
}
