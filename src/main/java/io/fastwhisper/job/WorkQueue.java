package io.fastwhisper.job;

import io.fastwhisper.bus.Command;
import io.fastwhisper.domain.ClipId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Lets so many pieces of work of one stage run at a time, over all jobs; the most urgent first: by
 * the job's priority, the job that came first, then in the order they came.
 *
 * <p>A pure state: not thread-safe, no clock, no I/O.
 */
final class WorkQueue {
  private final int limit;
  private final Predicate<PieceOfWork> startable;
  private final TreeSet<Entry> waiting =
      new TreeSet<>(
          Comparator.<Entry>comparingInt(entry -> -entry.priority)
              .thenComparingLong(entry -> entry.jobNumber)
              .thenComparingLong(entry -> entry.number));
  private final Map<Object, Entry> running = new HashMap<>();
  private long nextNumber;

  private record Entry(PieceOfWork work, int priority, long jobNumber, long number) {}

  /**
   * Opens an empty queue.
   *
   * @param limit pieces of work that may run at a time
   * @param startable says whether a piece may be started now; one that may not lets others pass
   */
  WorkQueue(int limit, Predicate<PieceOfWork> startable) {
    this.limit = limit;
    this.startable = startable;
  }

  /** A piece of work is wanted. */
  void add(PieceOfWork work, int priority, long jobNumber) {
    waiting.add(new Entry(work, priority, jobNumber, nextNumber++));
  }

  /**
   * The piece of work with this key is done, or has failed. One that does not run changes nothing.
   */
  void done(Object key) {
    running.remove(key);
  }

  /**
   * Nothing of this job at or behind this place is wanted; what belongs to the job as a whole only
   * where that is the beginning.
   */
  void callOff(ClipId from) {
    Predicate<Entry> unwanted =
        entry -> {
          boolean all = from.video() == 0 && from.segment() == 0 && from.clip() == 0;
          return entry.work.job().equals(from.job())
              && Place.of(entry.work.command())
                  .map(place -> place.compareTo(from) >= 0)
                  .orElse(all);
        };
    waiting.removeIf(unwanted);
    running.values().removeIf(unwanted);
  }

  /** What has to be started now. */
  List<PieceOfWork> start() {
    List<PieceOfWork> started = new ArrayList<>();
    Iterator<Entry> next = waiting.iterator();
    while (next.hasNext() && running.size() < limit) {
      Entry entry = next.next();
      if (startable.test(entry.work)) {
        next.remove();
        running.put(entry.work.key(), entry);
        started.add(entry.work);
      }
    }
    return started;
  }

  /** Running pieces of one kind. */
  int running(Class<? extends Command> kind) {
    return (int)
        running.values().stream().filter(entry -> kind.isInstance(entry.work.command())).count();
  }
}
