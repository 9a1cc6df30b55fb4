package io.fastwhisper.bus;

import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one way to listen on the bus. The handler runs on the context of the verticle that registers it. When it returns, the
 * sender's request is answered with nothing: the message was taken. When it throws, the request fails at once; without this
 * the sender would wait for its whole timeout.
 */
public final class Consumers {
  /** Failure code of a request whose handler threw. */
  public static final int HANDLER_FAILED = 500;

  private static final Logger LOG = LoggerFactory.getLogger(Consumers.class);

  private Consumers() {}

  /**
   * Hears what comes to an address.
   *
   * @param type what is expected there; anything else is refused
   */
  public static <T extends Message> MessageConsumer<Message> register(
      EventBus bus, String address, Class<T> type, Consumer<T> handler) {
    return bus.<Message>consumer(
        address,
        message -> {
          Object body = message.body();
          try {
            handler.accept(type.cast(body));
          } catch (RuntimeException e) {
            LOG.error("{} at {} failed", body == null ? "null" : body.getClass().getSimpleName(), address, e);
            message.fail(HANDLER_FAILED, String.valueOf(e.getMessage()));
            return;
          }
          if (message.replyAddress() != null) {
            message.reply(null);
          }
        });
  }
}
