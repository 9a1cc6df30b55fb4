package io.fastwhisper.job;

import io.fastwhisper.bus.Addresses;
import io.fastwhisper.bus.Command;
import io.fastwhisper.bus.Command.CutClip;
import io.fastwhisper.bus.Command.FetchSegment;
import io.fastwhisper.bus.Command.JoinFilm;
import io.fastwhisper.bus.Command.OpenVideo;
import io.fastwhisper.bus.Command.ResolveSource;
import io.fastwhisper.bus.Event;
import io.fastwhisper.domain.ClipId;
import io.fastwhisper.domain.Failure;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.SegmentId;
import io.fastwhisper.domain.VideoId;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * One try of a command that takes a place of its stage until an event answers it.
 *
 * @param key names the work among all, whichever try it is; its answer leads to the same key
 * @param attempt the try, counted from 1
 * @param place the first clip that the work may become part of; 0-0-0 for work that belongs to the
 *     job as a whole
 * @param address of the room that does it
 * @param subject what users know it by: the source's location, or the film
 * @param failed the answer where the room gives none
 */
record PieceOfWork(
    Object key,
    int attempt,
    ClipId place,
    String address,
    String subject,
    Command command,
    Function<Failure, Event> failed) {

  JobId job() {
    return place.job();
  }

  /** The piece of work; nothing for a command that takes no place. */
  static Optional<PieceOfWork> of(Command command) {
    PieceOfWork work = null;
    if (command instanceof ResolveSource resolve) {
      work = resolving(resolve);
    } else if (command instanceof OpenVideo open) {
      work = opening(open);
    } else if (command instanceof FetchSegment fetch) {
      work = fetching(fetch);
    } else if (command instanceof CutClip cut) {
      work = cutting(cut);
    } else if (command instanceof JoinFilm join) {
      work = joining(join);
    }
    return Optional.ofNullable(work);
  }

  private static PieceOfWork resolving(ResolveSource resolve) {
    JobId job = resolve.job();
    int source = resolve.source().number();
    return new PieceOfWork(
        source(job, source),
        resolve.attempt(),
        new ClipId(job, 0, 0, 0),
        Addresses.SOURCE,
        resolve.source().location(),
        resolve,
        failure -> new Event.SourceFailed(job, source, failure, resolve.attempt()));
  }

  private static PieceOfWork opening(OpenVideo open) {
    VideoId video = open.video();
    return new PieceOfWork(
        video,
        open.attempt(),
        video.segment(0).clip(0),
        Addresses.DOWNLOAD,
        open.location().location(),
        open,
        failure -> new Event.VideoFailed(video, failure, open.attempt()));
  }

  private static PieceOfWork fetching(FetchSegment fetch) {
    SegmentId segment = fetch.segment().id();
    return new PieceOfWork(
        segment,
        fetch.attempt(),
        segment.clip(0),
        Addresses.DOWNLOAD,
        fetch.video().location(),
        fetch,
        failure -> new Event.FetchFailed(segment, failure, fetch.attempt()));
  }

  private static PieceOfWork cutting(CutClip cut) {
    ClipId clip = cut.clip().id();
    return new PieceOfWork(
        clip,
        cut.attempt(),
        clip,
        Addresses.CUT,
        cut.video().location(),
        cut,
        failure -> new Event.ClipFailed(clip, failure, cut.attempt()));
  }

  private static PieceOfWork joining(JoinFilm join) {
    return new PieceOfWork(
        join.job(),
        join.attempt(),
        new ClipId(join.job(), 0, 0, 0),
        Addresses.COMPILE,
        join.film().toString(),
        join,
        failure -> new Event.CompilationFailed(join.job(), failure, join.attempt()));
  }

  /** The key of resolving a source; other work is named by the id of what it is done to. */
  static Object source(JobId job, int source) {
    return List.of(job, source);
  }
}
