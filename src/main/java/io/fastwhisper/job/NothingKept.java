package io.fastwhisper.job;

import io.fastwhisper.bus.Reply.SegmentRecalled;
import io.fastwhisper.bus.StoreCommand;
import io.vertx.core.Future;

/** For a process that runs one job and ends with it: nothing is kept, nothing is known. */
final class NothingKept implements JobKeeper {
  @Override
  public boolean resumes() {
    return false;
  }

  @Override
  public Future<Void> keep(StoreCommand what) {
    return Future.succeededFuture();
  }

  @Override
  public Future<SegmentRecalled> recall(StoreCommand.RecallSegment segment) {
    return Future.succeededFuture(new SegmentRecalled("", null));
  }
}
