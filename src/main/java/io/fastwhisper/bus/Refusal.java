package io.fastwhisper.bus;

import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;

/**
 * Why a request is not taken, where the one who asked can do something about it. The codes are
 * those that HTTP has for the same, and come with the failed request.
 */
public final class Refusal {
  /** A value that the user gave is out of its range. */
  public static final int BAD_VALUE = 400;

  /** There is no such job. */
  public static final int NOT_FOUND = 404;

  /** No new jobs are taken: the server is about to end. */
  public static final int DRAINING = 503;

  /** The disk is full or cannot be written. */
  public static final int NO_STORAGE = 507;

  private Refusal() {}

  /** To be thrown, or to fail a future with, in a handler of {@link Consumers}. */
  public static ReplyException of(int code, String why) {
    return new ReplyException(ReplyFailure.RECIPIENT_FAILURE, code, why);
  }
}
