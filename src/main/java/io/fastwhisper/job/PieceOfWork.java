package io.fastwhisper.job;

import io.fastwhisper.bus.Addresses;
import io.fastwhisper.bus.Command;
import io.fastwhisper.bus.Command.CutClip;
import io.fastwhisper.bus.Command.FetchSegment;
import io.fastwhisper.bus.Command.JoinFilm;
import io.fastwhisper.bus.Command.OpenVideo;
import io.fastwhisper.bus.Command.ResolveSource;
import io.fastwhisper.bus.Event;
import io.fastwhisper.domain.Failure;
import io.fastwhisper.domain.JobId;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A command that takes a place of its stage until an event answers it.
 *
 * @param key names it among all pieces of work; its answer leads to the same key
 * @param address of the room that does it
 * @param failed the answer where the room gives none
 */
record PieceOfWork(
    Object key, JobId job, String address, Command command, Function<Failure, Event> failed) {

  /** The piece of work; nothing for a command that takes no place. */
  static Optional<PieceOfWork> of(Command command) {
    PieceOfWork work = null;
    if (command instanceof ResolveSource resolve) {
      work = resolving(resolve);
    } else if (command instanceof OpenVideo open) {
      work =
          new PieceOfWork(
              open.video(),
              open.video().job(),
              Addresses.DOWNLOAD,
              command,
              failure -> new Event.VideoFailed(open.video(), failure));
    } else if (command instanceof FetchSegment fetch) {
      work =
          new PieceOfWork(
              fetch.segment().id(),
              fetch.segment().id().job(),
              Addresses.DOWNLOAD,
              command,
              failure -> new Event.FetchFailed(fetch.segment().id(), failure));
    } else if (command instanceof CutClip cut) {
      work =
          new PieceOfWork(
              cut.clip().id(),
              cut.clip().id().job(),
              Addresses.CUT,
              command,
              failure -> new Event.ClipFailed(cut.clip().id(), failure));
    } else if (command instanceof JoinFilm join) {
      work =
          new PieceOfWork(
              join.job(),
              join.job(),
              Addresses.COMPILE,
              command,
              failure -> new Event.CompilationFailed(join.job(), failure));
    }
    return Optional.ofNullable(work);
  }

  private static PieceOfWork resolving(ResolveSource resolve) {
    int source = resolve.source().number();
    return new PieceOfWork(
        source(resolve.job(), source),
        resolve.job(),
        Addresses.SOURCE,
        resolve,
        failure -> new Event.SourceFailed(resolve.job(), source, failure));
  }

  /** The key of resolving a source; other work is named by the id of what it is done to. */
  static Object source(JobId job, int source) {
    return List.of(job, source);
  }
}
