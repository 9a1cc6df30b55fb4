package io.fastwhisper.job;

import io.fastwhisper.bus.Command.CutClip;
import io.fastwhisper.bus.Command.FetchSegment;
import io.fastwhisper.bus.Command.JoinFilm;
import io.fastwhisper.bus.Command.ResolveSource;
import io.fastwhisper.bus.Event;
import io.fastwhisper.domain.ClipId;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntSupplier;

/**
 * Hands pieces of work to the rooms, as many at a time as each stage allows. Belongs to the
 * coordinator and is used on its context.
 */
final class StageDesk {
  private final Outbox outbox;
  private final int pcmLimit;
  private final IntSupplier pcmElsewhere;
  private final Consumer<Event> answered;
  private final WorkQueue resolves;
  private final WorkQueue fetches;
  private final WorkQueue cuts;
  private final WorkQueue joins;
  private final List<WorkQueue> stages;

  /**
   * Opens with nothing to do.
   *
   * @param pcmElsewhere PCM files that are there beside those being fetched
   * @param answered told where work was not taken by its room
   */
  StageDesk(
      CoordinatorSettings settings,
      Outbox outbox,
      IntSupplier pcmElsewhere,
      Consumer<Event> answered) {
    this.outbox = outbox;
    this.pcmLimit = 2 * settings.fetches();
    this.pcmElsewhere = pcmElsewhere;
    this.answered = answered;
    resolves = new WorkQueue(settings.fetches(), work -> true);
    fetches = new WorkQueue(settings.fetches(), this::mayFetch);
    cuts = new WorkQueue(settings.cuts(), work -> true);
    joins = new WorkQueue(settings.joins(), work -> true);
    stages = List.of(resolves, fetches, cuts, joins);
  }

  /** A piece of work is wanted; it begins with {@link #startWork}. */
  void want(PieceOfWork work, int priority, long jobNumber) {
    stage(work).add(work, priority, jobNumber);
  }

  private WorkQueue stage(PieceOfWork work) {
    if (work.command() instanceof ResolveSource) {
      return resolves;
    } else if (work.command() instanceof CutClip) {
      return cuts;
    } else if (work.command() instanceof JoinFilm) {
      return joins;
    }
    return fetches;
  }

  /** The piece of work with this key was answered; its place is free. */
  void done(Object key) {
    stages.forEach(stage -> stage.done(key));
  }

  /** Nothing of this job at or behind this place is wanted. */
  void callOff(ClipId from) {
    stages.forEach(stage -> stage.callOff(from));
  }

  /** Begins whatever may begin now. */
  void startWork() {
    for (WorkQueue stage : stages) {
      for (PieceOfWork work : stage.start()) {
        outbox.send(
            work.address(),
            work.command(),
            failure -> answered.accept(work.failed().apply(failure)));
      }
    }
  }

  /**
   * Fetching waits while enough segments wait for a device, so that a long video does not fill the
   * disk with PCM.
   */
  private boolean mayFetch(PieceOfWork work) {
    return !(work.command() instanceof FetchSegment)
        || fetches.running(FetchSegment.class) + pcmElsewhere.getAsInt() < pcmLimit;
  }
}
