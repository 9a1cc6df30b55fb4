package io.fastwhisper.web;

import io.fastwhisper.bus.Addresses;
import io.fastwhisper.bus.Reply;
import io.fastwhisper.bus.StoreCommand;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.KeptJob;
import io.vertx.core.Future;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import java.util.List;

/** What the store is asked by the routes. */
final class Store {
  private final EventBus bus;

  Store(EventBus bus) {
    this.bus = bus;
  }

  /** Null where there is none. */
  Future<KeptJob> load(JobId job) {
    return this.<Reply.JobLoaded>ask(new StoreCommand.LoadJob(job)).map(Reply.JobLoaded::job);
  }

  /** The newest first, with numbers below this one. */
  Future<List<KeptJob>> list(long before, int limit) {
    return this.<Reply.JobsListed>ask(new StoreCommand.ListJobs(before, limit))
        .map(Reply.JobsListed::jobs);
  }

  /** The oldest first. */
  Future<List<KeptJob>> unfinished() {
    return this.<Reply.JobsListed>ask(new StoreCommand.ListUnfinished())
        .map(Reply.JobsListed::jobs);
  }

  Future<Void> forget(JobId job) {
    return bus.request(Addresses.STORE, new StoreCommand.ForgetJob(job)).mapEmpty();
  }

  Future<Reply.VideoHeard> video(JobId job, int video) {
    return ask(new StoreCommand.LoadVideo(job, video));
  }

  private <R extends Reply> Future<R> ask(StoreCommand question) {
    return bus.<R>request(Addresses.STORE, question).map(Message::body);
  }
}
