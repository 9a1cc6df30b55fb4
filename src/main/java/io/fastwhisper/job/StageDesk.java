package io.fastwhisper.job;

import io.fastwhisper.bus.Command.CutClip;
import io.fastwhisper.bus.Command.FetchSegment;
import io.fastwhisper.bus.Command.JoinFilm;
import io.fastwhisper.bus.Command.ResolveSource;
import io.fastwhisper.bus.Event;
import io.fastwhisper.domain.ClipId;
import io.fastwhisper.domain.Failure;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.StageLoad;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands pieces of work to the rooms, as many at a time as each stage allows. Belongs to the
 * coordinator and is used on its context.
 */
final class StageDesk {
  private static final Logger LOG = LoggerFactory.getLogger(StageDesk.class);

  private final Outbox outbox;
  private final LongSupplier clock;
  private final long silenceMs;
  private final int pcmLimit;
  private final IntSupplier pcmElsewhere;
  private final Predicate<JobId> pcmWaits;
  private final Consumer<Event> answered;
  private final WorkQueue resolves;
  private final WorkQueue fetches;
  private final WorkQueue cuts;
  private final WorkQueue joins;
  private final List<WorkQueue> stages;
  private boolean closed;

  /**
   * Opens with nothing to do.
   *
   * @param clock milliseconds; never goes back
   * @param pcmElsewhere PCM files that are there beside those being fetched
   * @param pcmWaits says whether one of them is a job's, and waits for a device
   * @param answered told, as if by the room, that work has failed which it did not take or lost
   */
  StageDesk(
      CoordinatorSettings settings,
      Outbox outbox,
      LongSupplier clock,
      IntSupplier pcmElsewhere,
      Predicate<JobId> pcmWaits,
      Consumer<Event> answered) {
    this.outbox = outbox;
    this.clock = clock;
    this.pcmLimit = 2 * settings.fetches();
    this.pcmElsewhere = pcmElsewhere;
    this.pcmWaits = pcmWaits;
    this.answered = answered;
    silenceMs = settings.stageSilenceMs();
    resolves = new WorkQueue(settings.fetches(), silenceMs, work -> true);
    fetches = new WorkQueue(settings.fetches(), silenceMs, this::mayFetch);
    cuts = new WorkQueue(settings.cuts(), silenceMs, work -> true);
    joins = new WorkQueue(settings.joins(), silenceMs, work -> true);
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

  /** This try of a piece of work was answered; its place is free. */
  void done(Object key, int attempt) {
    stages.forEach(stage -> stage.done(key, attempt));
  }

  /** A room's work goes on. */
  void on(Event.WorkMoves event) {
    for (ClipId place : event.places()) {
      stages.forEach(stage -> stage.moved(event.address(), place, clock.getAsLong()));
    }
  }

  /** Time has passed: work that shows no sign of life counts as a failed try. */
  void tick() {
    for (WorkQueue stage : stages) {
      for (PieceOfWork work : stage.takeSilent(clock.getAsLong())) {
        String name = work.command().getClass().getSimpleName();
        LOG.warn("{} of {}: no sign of life for {} ms", name, work.subject(), silenceMs);
        answered.accept(
            work.failed()
                .apply(
                    Failure.passing(
                        "no sign of life for " + silenceMs / 1_000 + " s", work.subject())));
      }
    }
  }

  /** Nothing of this job at or behind this place is wanted. */
  void callOff(ClipId from) {
    stages.forEach(stage -> stage.callOff(from));
  }

  /** The job has ended. */
  void ended(JobId job) {
    stages.forEach(stage -> stage.ended(job));
  }

  /** Looking at sources, opening videos, fetching segments. */
  StageLoad fetching() {
    return resolves.load().plus(fetches.load());
  }

  /** Cutting clips and joining films. */
  StageLoad compiling() {
    return cuts.load().plus(joins.load());
  }

  /** From now on nothing begins. */
  void close() {
    closed = true;
  }

  /** Begins whatever may begin now. */
  void startWork() {
    if (closed) {
      return;
    }
    for (WorkQueue stage : stages) {
      for (PieceOfWork work : stage.start(clock.getAsLong())) {
        outbox.send(
            work.address(),
            work.command(),
            failure -> answered.accept(work.failed().apply(failure)));
      }
    }
  }

  /**
   * Fetching waits while enough segments wait for a device, so that a long video does not fill the
   * disk with PCM. One more is fetched for a job that has none, which would else wait behind all
   * those of another.
   */
  private boolean mayFetch(PieceOfWork work) {
    if (!(work.command() instanceof FetchSegment)) {
      return true;
    }
    List<PieceOfWork> fetching =
        fetches.running().filter(other -> other.command() instanceof FetchSegment).toList();
    int pcm = fetching.size() + pcmElsewhere.getAsInt();
    return pcm < pcmLimit
        || pcm == pcmLimit
            && !pcmWaits.test(work.job())
            && fetching.stream().noneMatch(other -> other.job().equals(work.job()));
  }
}
