package io.fastwhisper.job;

import io.fastwhisper.bus.Reply.SegmentRecalled;
import io.fastwhisper.bus.StoreCommand;
import io.vertx.core.Future;

/** Keeps what jobs must not lose with this process. */
interface JobKeeper {
  /** True where a later process goes on with the jobs that this one does not end. */
  boolean resumes();

  /** Keeps it; done when it cannot be lost any more. */
  Future<Void> keep(StoreCommand what);

  /** Says what was heard when the same sound was transcribed before. */
  Future<SegmentRecalled> recall(StoreCommand.RecallSegment segment);
}
