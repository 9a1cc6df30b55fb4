package io.fastwhisper.cli;

/** Something that only the user can put right; the program ends with {@link ExitCode#USAGE}. */
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1;

  UsageException(String message) {
    super(message);
  }
}
