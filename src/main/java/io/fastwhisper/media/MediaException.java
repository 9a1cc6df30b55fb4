package io.fastwhisper.media;

import io.fastwhisper.domain.Failure;

/** Work on media that has failed; tells why, for people. */
public final class MediaException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Failure failure;

  public MediaException(Failure failure) {
    super(failure.toString());
    this.failure = failure;
  }

  public Failure failure() {
    return failure;
  }

  /** Of a failure that trying again cannot mend. */
  static MediaException permanent(String what, Object where, String remedy) {
    return new MediaException(Failure.permanent(what, where.toString(), remedy));
  }

  /** Of a failure that may pass. */
  static MediaException passing(String what, Object where) {
    return new MediaException(Failure.passing(what, where.toString()));
  }
}
