package io.fastwhisper.media;

/** A word given once, from any thread: stop. */
final class Cancellation {
  private boolean cancelled;
  private Runnable action = () -> {};

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
