package io.fastwhisper.job;

import io.fastwhisper.bus.Command;
import io.fastwhisper.domain.Failure;
import io.vertx.core.eventbus.EventBus;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends the coordinator's commands, and says where one was not taken. */
final class Outbox {
  private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);

  private final EventBus bus;
  private final StageLog log;

  Outbox(EventBus bus, StageLog log) {
    this.bus = bus;
    this.log = log;
  }

  /**
   * Sends a command to one room.
   *
   * @param notTaken told, on the sender's context, where no room takes it
   */
  void send(String address, Command command, Consumer<Failure> notTaken) {
    log.write(command);
    bus.request(address, command)
        .onFailure(
            cause -> {
              String name = command.getClass().getSimpleName();
              LOG.error("{} was not taken", name, cause);
              notTaken.accept(
                  Failure.passing(name + " was not taken: " + cause.getMessage(), "FastWhisper"));
            });
  }
}
