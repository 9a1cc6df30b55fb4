package io.fastwhisper.source;

import io.fastwhisper.bus.Addresses;
import io.fastwhisper.bus.Command.ResolveSource;
import io.fastwhisper.bus.Consumers;
import io.fastwhisper.bus.Event;
import io.fastwhisper.domain.Failure;
import io.fastwhisper.source.SourceResolver.UnusableSource;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;

/**
 * Resolves sources: the listing of folders is put off the event loop, each source on its own, in no
 * order.
 */
public final class SourceVerticle extends VerticleBase {
  @Override
  public Future<?> start() {
    return Consumers.register(
            vertx.eventBus(), Addresses.SOURCE, ResolveSource.class, this::resolve)
        .completion();
  }

  private void resolve(ResolveSource command) {
    vertx
        .executeBlocking(() -> outcome(command), false)
        .otherwise(
            e ->
                failed(
                    command,
                    Failure.passing("cannot be resolved: " + e, command.source().location())))
        .onSuccess(event -> vertx.eventBus().send(Addresses.EVENTS, event));
  }

  private static Event outcome(ResolveSource command) {
    try {
      return new Event.SourceResolved(
          command.job(),
          command.source().number(),
          SourceResolver.resolve(command.source()),
          command.attempt());
    } catch (UnusableSource e) {
      return failed(command, e.failure());
    }
  }

  private static Event failed(ResolveSource command, Failure failure) {
    return new Event.SourceFailed(
        command.job(), command.source().number(), failure, command.attempt());
  }
}
