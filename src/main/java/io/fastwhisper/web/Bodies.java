package io.fastwhisper.web;

import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;

/** Reads the body of a request that is no upload: so much and no more, and not for ever. */
final class Bodies implements Handler<RoutingContext> {
  private final BodyHandler reader;
  private final long limitMs;

  /**
   * A reader of bodies.
   *
   * @param limitMs what a body may take to come
   */
  Bodies(long maxBytes, long limitMs) {
    this.reader = BodyHandler.create(false).setBodyLimit(maxBytes);
    this.limitMs = limitMs;
  }

  @Override
  public void handle(RoutingContext ctx) {
    if (!ctx.request().isEnded()) {
      long timer =
          ctx.vertx()
              .setTimer(
                  limitMs,
                  late -> {
                    if (!ctx.request().isEnded()) {
                      ctx.fail(408);
                    }
                  });
      ctx.addEndHandler(done -> ctx.vertx().cancelTimer(timer));
    }
    reader.handle(ctx);
  }
}
