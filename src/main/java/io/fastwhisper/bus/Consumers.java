package io.fastwhisper.bus;

import io.fastwhisper.domain.InvalidValueException;
import io.vertx.core.Future;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.ReplyException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one way to listen on the bus. The handler runs on the context of the verticle that registers
 * it. When it returns, the sender's request is answered with nothing: the message was taken. When
 * it throws, the request fails at once; without this the sender would wait for its whole timeout.
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
    return registerAsync(
        bus,
        address,
        type,
        message -> {
          handler.accept(message);
          return Future.succeededFuture();
        });
  }

  /**
   * As {@link #register}; the message was taken once the handler's future has succeeded, and
   * refused if that fails, with the code of a {@link Refusal}. Where the future gives a {@link
   * Message}, that is the reply.
   */
  public static <T extends Message> MessageConsumer<Message> registerAsync(
      EventBus bus, String address, Class<T> type, Function<T, Future<?>> handler) {
    return bus.<Message>consumer(
        address,
        message -> {
          Object body = message.body();
          Future<?> taken;
          try {
            taken = handler.apply(type.cast(body));
          } catch (RuntimeException e) {
            LOG.error(
                "{} at {} failed",
                body == null ? "null" : body.getClass().getSimpleName(),
                address,
                e);
            taken = Future.failedFuture(e);
          }
          if (message.replyAddress() != null) {
            taken
                .onSuccess(done -> message.reply(done instanceof Message reply ? reply : null))
                .onFailure(e -> message.fail(code(e), String.valueOf(e.getMessage())));
          }
        });
  }

  private static int code(Throwable e) {
    if (e instanceof InvalidValueException) {
      return Refusal.BAD_VALUE;
    }
    return e instanceof ReplyException refused ? refused.failureCode() : HANDLER_FAILED;
  }
}
