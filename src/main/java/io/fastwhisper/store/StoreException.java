package io.fastwhisper.store;

import java.nio.file.Path;

/** The server's data cannot be used. Says which file, what about it, and what to do. */
public final class StoreException extends Exception {
  private final boolean usersToMend;

  private StoreException(Path file, String what, String remedy, boolean usersToMend, Throwable e) {
    super(file + ": " + what + ". " + remedy, e);
    this.usersToMend = usersToMend;
  }

  /** The user has named a folder that will not do. */
  static StoreException wrongPlace(Path file, String what, String remedy, Throwable cause) {
    return new StoreException(file, what, remedy, true, cause);
  }

  /** What is stored is not what it should be. */
  static StoreException unusable(Path file, String what, String remedy, Throwable cause) {
    return new StoreException(file, what, remedy, false, cause);
  }

  /** True where another folder, or free room in it, is all that is needed. */
  public boolean usersToMend() {
    return usersToMend;
  }
}
