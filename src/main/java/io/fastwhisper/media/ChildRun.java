package io.fastwhisper.media;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * One child on its way: since when, since when without progress, and by whose will it ends. Safe
 * for use by several threads.
 */
final class ChildRun {
  /** By whose will a child ended. */
  enum End {
    ITS_OWN,
    CANCELLED,
    STALLED,
    TOO_LONG,
    BROKEN_PIPE
  }

  private static final long CLEAN_UP_SECONDS = 2;

  private final Process process;
  private final Path part;
  private final long stallNanos;
  private final long wallClockNanos;
  private final long startedAt = System.nanoTime();
  private volatile long movedAt = startedAt;
  private End end = End.ITS_OWN;

  /**
   * @param part what it writes until it is whole, or null
   */
  ChildRun(Process process, Path part, Duration stall, Duration wallClock) {
    this.process = process;
    this.part = part;
    this.stallNanos = stall.toNanos();
    this.wallClockNanos = wallClock.toNanos();
  }

  void moved() {
    movedAt = System.nanoTime();
  }

  /** Ends the child where it is over a limit. */
  void check() {
    long now = System.nanoTime();
    if (now - startedAt > wallClockNanos) {
      kill(End.TOO_LONG);
    } else if (now - movedAt > stallNanos) {
      kill(End.STALLED);
    }
  }

  /** Ends the child and all that it started, unless it has ended; the first reason stays. */
  void kill(End reason) {
    synchronized (this) {
      if (!process.isAlive()) {
        return;
      }
      if (end == End.ITS_OWN) {
        end = reason;
      }
    }
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  synchronized End end() {
    return end;
  }

  /** Waits a moment for the child to be gone, then removes what it was writing. */
  void waitAndClean() {
    try {
      process.waitFor(CLEAN_UP_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (part != null) {
      ChildProcesses.deleteQuietly(part);
    }
  }
}
