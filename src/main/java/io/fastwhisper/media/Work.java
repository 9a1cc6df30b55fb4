package io.fastwhisper.media;

import io.vertx.core.Future;

/**
 * Work that goes on outside the event loops. The result completes on a thread of this room, not on
 * a context: whoever keeps state on a context hops back to it. A result fails with a {@link
 * MediaException}.
 */
public interface Work<T> {
  Future<T> result();

  /** Grows whenever the work has moved on; may be asked by any thread. */
  long moves();

  /**
   * Kills the child process, removes what it was writing and fails the result. Does nothing once
   * the result is there.
   */
  void cancel();
}
