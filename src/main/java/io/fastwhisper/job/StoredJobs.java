package io.fastwhisper.job;

import io.fastwhisper.bus.Addresses;
import io.fastwhisper.bus.Message;
import io.fastwhisper.bus.Reply.SegmentRecalled;
import io.fastwhisper.bus.StoreCommand;
import io.vertx.core.Future;
import io.vertx.core.eventbus.EventBus;

/** Has the store keep everything. */
final class StoredJobs implements JobKeeper {
  private final EventBus bus;

  StoredJobs(EventBus bus) {
    this.bus = bus;
  }

  @Override
  public boolean resumes() {
    return true;
  }

  @Override
  public Future<Void> keep(StoreCommand what) {
    return bus.request(Addresses.STORE, what).mapEmpty();
  }

  @Override
  public Future<SegmentRecalled> recall(StoreCommand.RecallSegment segment) {
    return bus.<Message>request(Addresses.STORE, segment)
        .map(reply -> (SegmentRecalled) reply.body());
  }
}
