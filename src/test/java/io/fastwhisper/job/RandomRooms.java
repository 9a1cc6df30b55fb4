package io.fastwhisper.job;

import io.fastwhisper.bus.Command;
import io.fastwhisper.bus.Event;
import io.fastwhisper.compile.ClipLedger;
import io.fastwhisper.domain.ClipId;
import io.fastwhisper.domain.CutFile;
import io.fastwhisper.domain.Failure;
import io.fastwhisper.domain.FilmClip;
import io.fastwhisper.domain.JobStatus;
import io.fastwhisper.domain.SegmentId;
import io.fastwhisper.domain.TimeRange;
import java.util.List;

/**
 * The rooms and the ledger of an {@link EventWorld}: what they are asked for, they answer in its
 * time.
 */
final class RandomRooms {
  private final EventWorld world;

  RandomRooms(EventWorld world) {
    this.world = world;
  }

  /** What the rooms are asked for, once or twice, well or badly, at any time. */
  void ask(EventRun run, Command command) {
    Job job = run.job;
    if (command instanceof Command.ResolveSource ask) {
      int source = ask.source().number();
      answer(
          run,
          List.of("resolve", job.id(), source),
          () ->
              job.on(
                  new Event.SourceResolved(
                      job.id(),
                      source,
                      SourceTruth.locations(run.asked.segmentsOfSource().get(source)),
                      ask.attempt()),
                  world.nowMs),
          () ->
              job.on(
                  new Event.SourceFailed(job.id(), source, failure(), ask.attempt()), world.nowMs));
    } else if (command instanceof Command.OpenVideo ask) {
      answer(
          run,
          List.of("open", job.id(), ask.video().video()),
          () -> job.on(SourceTruth.opened(ask), world.nowMs),
          () -> job.on(new Event.VideoFailed(ask.video(), failure(), ask.attempt()), world.nowMs));
    } else if (command instanceof Command.FetchSegment ask) {
      SegmentId id = ask.segment().id();
      answer(
          run,
          List.of("fetch", id),
          () -> {
            boolean tooLate = run.failedFetches.contains(List.of(id, ask.attempt()));
            if (job.snapshot(world.nowMs).status() == JobStatus.PROCESSING && !tooLate) {
              run.pcm.add(ask.pcmFile());
            }
            return job.on(new Event.SegmentFetched(id, 16, ask.attempt()));
          },
          () -> {
            run.failedFetches.add(List.of(id, ask.attempt()));
            return job.on(new Event.FetchFailed(id, failure(), ask.attempt()));
          });
    } else if (command instanceof Command.CutClip ask) {
      ClipId id = ask.clip().id();
      CutFile file = new CutFile(id, ask.clipFile(), ask.clip().range());
      answer(
          run,
          List.of("cut", id),
          () -> job.on(new Event.ClipCut(file, ask.attempt())),
          () -> job.on(new Event.ClipFailed(id, failure(), ask.attempt())));
    } else if (command instanceof Command.JoinFilm ask) {
      answer(
          run,
          List.of("join", job.id()),
          () ->
              job.on(
                  new Event.CompilationReady(
                      job.id(), ask.film(), 1, filmClips(ask), ask.attempt()),
                  world.nowMs),
          () ->
              job.on(new Event.CompilationFailed(job.id(), failure(), ask.attempt()), world.nowMs));
    } else {
      world.later(() -> enter(run, command));
    }
  }

  private interface Answer {
    List<Effect> give();
  }

  /**
   * One answer; now and then the good one comes twice. A bad one may be the coordinator's, for a
   * room that was silent: then the room's own, good or bad, comes at any time after it.
   */
  private void answer(EventRun run, Object work, Answer good, Answer bad) {
    if (world.failsNow(work)) {
      world.later(
          () -> {
            world.perform(run, bad.give());
            if (world.random.nextInt(2) == 0) {
              world.later(
                  () -> world.perform(run, (world.random.nextBoolean() ? good : bad).give()));
            }
          });
      return;
    }
    world.later(() -> world.perform(run, good.give()));
    if (world.random.nextInt(10) == 0 && !work.toString().contains("fetch")) {
      world.later(() -> world.perform(run, good.give()));
    }
  }

  private void enter(EventRun run, Command command) {
    ClipLedger.Published news;
    if (command instanceof Command.CountVideos count) {
      news = run.ledger.countVideos(count.videos());
    } else if (command instanceof Command.TakeTickets take) {
      news = run.ledger.takeTickets(take.video().video(), take.segments());
    } else if (command instanceof Command.OpenTicket open) {
      news = run.ledger.openTicket(open.segment().video(), open.segment().segment(), open.clips());
    } else if (command instanceof Command.CloseTicket close) {
      news =
          run.ledger.closeTicket(
              close.clip().video(), close.clip().segment(), close.clip().clip(), close.file());
    } else {
      return;
    }
    if (news.any()) {
      // The row itself arrives in order, as the bus delivers between two verticles.
      if (run.ends == 0) {
        news.added().forEach(file -> run.published.add(file.id().toString()));
      }
      world.perform(
          run,
          run.job.on(
              new Event.PrefixGrown(
                  run.job.id(),
                  news.added(),
                  news.lengthMs(),
                  news.complete(),
                  news.maxLengthReached()),
              world.nowMs));
    }
  }

  private static List<FilmClip> filmClips(Command.JoinFilm join) {
    return join.parts().stream()
        .map(part -> new FilmClip(part.clip(), new TimeRange(0, 1)))
        .toList();
  }

  static Failure failure() {
    return Failure.passing("on purpose", "here");
  }
}
