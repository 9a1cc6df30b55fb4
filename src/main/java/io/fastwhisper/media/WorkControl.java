package io.fastwhisper.media;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Between whoever ordered a piece of work and whoever does it: a word given once, stop; and back,
 * that the work moves on. Safe for use by several threads.
 */
final class WorkControl {
  private final AtomicLong moves = new AtomicLong();
  private boolean cancelled;
  private Runnable action = () -> {};

  /** The work has moved on. */
  void moved() {
    moves.incrementAndGet();
  }

  /** How often the work has moved on. */
  long moves() {
    return moves.get();
  }

  /** Tells whoever works, now or as soon as there is something to stop. */
  void cancel() {
    Runnable told;
    synchronized (this) {
      cancelled = true;
      told = action;
    }
    told.run();
  }

  /**
   * Says what {@link #cancel} is to do from now on; does it at once where the word was given
   * before.
   */
  void whenCancelled(Runnable stop) {
    boolean now;
    synchronized (this) {
      action = stop;
      now = cancelled;
    }
    if (now) {
      stop.run();
    }
  }
}
