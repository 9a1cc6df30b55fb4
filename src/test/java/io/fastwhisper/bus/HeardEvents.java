package io.fastwhisper.bus;

import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Stands where the coordinator stands and keeps what the rooms tell, in order. */
public final class HeardEvents {
  private static final long LIMIT_S = 60;

  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();

  public HeardEvents(Vertx vertx) throws Exception {
    Consumers.register(vertx.eventBus(), Addresses.EVENTS, Event.class, events::add)
        .completion()
        .toCompletionStage()
        .toCompletableFuture()
        .get();
  }

  /** Waits for the next event of a kind; those of other kinds before it are dropped. */
  public <T extends Event> T next(Class<T> type) throws InterruptedException {
    List<Event> others = new ArrayList<>();
    for (Event event = take(); event != null; event = take()) {
      if (type.isInstance(event)) {
        return type.cast(event);
      }
      others.add(event);
    }
    throw new AssertionError(
        "no " + type.getSimpleName() + " within " + LIMIT_S + " s, but " + others);
  }

  private Event take() throws InterruptedException {
    return events.poll(LIMIT_S, TimeUnit.SECONDS);
  }
}
