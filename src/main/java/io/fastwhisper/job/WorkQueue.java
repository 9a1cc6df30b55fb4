package io.fastwhisper.job;

import io.fastwhisper.domain.ClipId;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.StageLoad;
import io.fastwhisper.transcribe.FairQueue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Lets so many pieces of work of one stage run at a time, over all jobs; the most urgent first: by
 * the job's priority, the job that has been served least, then in the order they came. One that
 * shows no sign of life for too long is given up, so that a lost answer does not keep its place for
 * ever.
 *
 * <p>A pure state: not thread-safe, no I/O, and every time is told, in milliseconds of a clock that
 * never goes back.
 */
final class WorkQueue {
  private final int places;
  private final long silenceMs;
  private final Predicate<PieceOfWork> startable;
  private final FairQueue<Waiting> waiting =
      new FairQueue<>(Comparator.comparingLong(Waiting::number));
  private final Map<Object, Running> running = new HashMap<>();
  private long nextNumber;
  private long completed;

  private record Waiting(PieceOfWork work, long number) {}

  private record Running(PieceOfWork work, long movedAtMs) {}

  /**
   * Opens an empty queue.
   *
   * @param places pieces of work that may run at a time
   * @param silenceMs longest time that a running piece may be without a sign of life
   * @param startable says whether a piece may be started now; one that may not lets others pass
   */
  WorkQueue(int places, long silenceMs, Predicate<PieceOfWork> startable) {
    this.places = places;
    this.silenceMs = silenceMs;
    this.startable = startable;
  }

  /** A piece of work is wanted. */
  void add(PieceOfWork work, int priority, long jobNumber) {
    waiting.add(work.job(), priority, jobNumber, new Waiting(work, nextNumber++));
  }

  /** This try of a piece of work is done, or has failed. One that does not run changes nothing. */
  void done(Object key, int attempt) {
    Running entry = running.get(key);
    if (entry != null && entry.work.attempt() == attempt) {
      running.remove(key);
      completed++;
    }
  }

  StageLoad load() {
    return new StageLoad(running.size(), waiting.size(), completed);
  }

  /** What a room does for this place goes on. */
  void moved(String address, ClipId place, long nowMs) {
    running.replaceAll(
        (key, entry) ->
            entry.work.address().equals(address) && entry.work.place().equals(place)
                ? new Running(entry.work, nowMs)
                : entry);
  }

  /** Gives up what was silent for too long, and says what that is. */
  List<PieceOfWork> takeSilent(long nowMs) {
    List<PieceOfWork> silent =
        running.values().stream()
            .filter(entry -> nowMs - entry.movedAtMs >= silenceMs)
            .map(Running::work)
            .toList();
    silent.forEach(work -> running.remove(work.key()));
    return silent;
  }

  /**
   * Nothing of this job at or behind this place is wanted; what belongs to the job as a whole only
   * where that is the beginning.
   */
  void callOff(ClipId from) {
    Predicate<PieceOfWork> unwanted =
        work -> work.job().equals(from.job()) && work.place().compareTo(from) >= 0;
    waiting.removeIf(entry -> unwanted.test(entry.work));
    running.values().removeIf(entry -> unwanted.test(entry.work));
  }

  /** The job has ended. */
  void ended(JobId job) {
    waiting.forget(job);
  }

  /** What has to be started now. */
  List<PieceOfWork> start(long nowMs) {
    List<PieceOfWork> started = new ArrayList<>();
    for (FairQueue<Waiting>.Round round = waiting.round();
        round.hasNext() && running.size() < places; ) {
      PieceOfWork work = round.next().work;
      if (startable.test(work)) {
        round.take(1);
        running.put(work.key(), new Running(work, nowMs));
        started.add(work);
      }
    }
    return started;
  }

  /** The running pieces. */
  Stream<PieceOfWork> running() {
    return running.values().stream().map(Running::work);
  }
}
