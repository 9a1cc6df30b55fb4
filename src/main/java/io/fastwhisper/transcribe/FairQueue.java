package io.fastwhisper.transcribe;

import io.fastwhisper.domain.JobId;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Waiting pieces of several jobs' work, in the order in which it is their turn: the job of the
 * higher priority, then the job that has been served least, then the one that came first; inside a
 * job in the job's own order.
 *
 * <p>So a short job behind a long one is served beside it. A job that comes, or comes back after it
 * had nothing waiting, counts as served as much as the one of those waiting that was served least
 * when a piece was taken last: it is not made to wait for what others had before, and cannot shut
 * them out by what it did not use. (This is the virtual time of start-time fair queueing: Goyal,
 * Vin, Cheng, SIGCOMM 1996. Where a piece may be passed over, as here, the job whose piece is taken
 * can be ahead of others, and is no measure for who comes.)
 *
 * <p>A pure state; not thread-safe.
 *
 * @param <T> a piece of work; equal where the order inside a job holds two for equal
 */
public final class FairQueue<T> {
  private final Comparator<T> insideJob;
  private final Map<JobId, Share> shares = new LinkedHashMap<>();

  /** For each priority, what the least served job had that waited when one was served last. */
  private final Map<Integer, Long> turn = new HashMap<>();

  private int size;

  private final class Share {
    final int priority;
    final long number;
    final TreeSet<T> waiting = new TreeSet<>(insideJob);
    long served;

    Share(int priority, long number) {
      this.priority = priority;
      this.number = number;
    }
  }

  /**
   * Opens an empty queue.
   *
   * @param insideJob the order of one job's pieces
   */
  public FairQueue(Comparator<T> insideJob) {
    this.insideJob = insideJob;
  }

  /**
   * A piece waits.
   *
   * @param jobNumber the job's place in the order in which jobs came
   */
  public void add(JobId job, int priority, long jobNumber, T piece) {
    Share share = shares.computeIfAbsent(job, id -> new Share(priority, jobNumber));
    if (share.waiting.isEmpty()) {
      share.served = Math.max(share.served, turn.getOrDefault(priority, 0L));
    }
    if (share.waiting.add(piece)) {
      size++;
    }
  }

  /** These pieces wait no longer. */
  public void removeIf(Predicate<T> unwanted) {
    for (Share share : shares.values()) {
      int before = share.waiting.size();
      share.waiting.removeIf(unwanted);
      size -= before - share.waiting.size();
    }
  }

  /** The job has ended; nothing is remembered of it. */
  public void forget(JobId job) {
    Share share = shares.remove(job);
    if (share != null) {
      size -= share.waiting.size();
    }
  }

  public int size() {
    return size;
  }

  /** Of the jobs of this priority that wait; there is one. */
  private long leastServed(int priority) {
    return shares.values().stream()
        .filter(share -> share.priority == priority && !share.waiting.isEmpty())
        .mapToLong(share -> share.served)
        .min()
        .orElseThrow();
  }

  /** How many pieces of this job wait. */
  public int size(JobId job) {
    Share share = shares.get(job);
    return share == null ? 0 : share.waiting.size();
  }

  /**
   * Goes through the waiting pieces once. The queue must not be changed by other ways meanwhile.
   */
  public Round round() {
    return new Round();
  }

  /**
   * One way through the waiting pieces. A piece that is not taken lets the one behind it have its
   * turn.
   */
  public final class Round {
    private final Map<Share, Iterator<T>> left = new LinkedHashMap<>();
    private Share current;
    private Iterator<T> pieces;

    private Round() {
      shares.values().forEach(share -> left.put(share, share.waiting.iterator()));
      left.values().removeIf(pieces -> !pieces.hasNext());
    }

    public boolean hasNext() {
      return !left.isEmpty();
    }

    /** The piece whose turn it is. */
    public T next() {
      current =
          left.keySet().stream()
              .min(
                  Comparator.<Share>comparingInt(share -> -share.priority)
                      .thenComparingLong(share -> share.served)
                      .thenComparingLong(share -> share.number))
              .orElseThrow(NoSuchElementException::new);
      pieces = left.get(current);
      T piece = pieces.next();
      if (!pieces.hasNext()) {
        left.remove(current);
      }
      return piece;
    }

    /**
     * The piece that {@link #next} gave last is served.
     *
     * @param amount what it counts, in the same measure for all
     */
    public void take(long amount) {
      turn.merge(current.priority, leastServed(current.priority), Math::max);
      pieces.remove();
      size--;
      current.served += amount;
    }
  }
}
