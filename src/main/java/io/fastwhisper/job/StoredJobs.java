package io.fastwhisper.job;

import io.fastwhisper.bus.Addresses;
import io.fastwhisper.bus.Message;
import io.fastwhisper.bus.Reply.SegmentRecalled;
import io.fastwhisper.bus.StoreCommand;
import io.vertx.core.Future;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;

/** Has the store keep everything. */
final class StoredJobs implements JobKeeper {
  /**
   * A disk that is so slow is as good as one that fails. Longer than the bus's own 30 s: a job that
   * was refused because of it may be kept all the same, and is then run at the next start.
   */
  private static final DeliveryOptions PATIENT = new DeliveryOptions().setSendTimeout(120_000);

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
    return bus.request(Addresses.STORE, what, PATIENT).mapEmpty();
  }

  @Override
  public Future<SegmentRecalled> recall(StoreCommand.RecallSegment segment) {
    return bus.<Message>request(Addresses.STORE, segment, PATIENT)
        .map(reply -> (SegmentRecalled) reply.body());
  }
}
