package io.fastwhisper.domain;

/**
 * Why a piece of work has no result, for people.
 *
 * @param what what went wrong, with the values that matter
 * @param where the source, segment, clip or file that it happened to
 * @param remedy what the user can do; "" where nothing is known
 * @param permanent true where trying again cannot help (a missing file, a 404, not a media file)
 */
public record Failure(String what, String where, String remedy, boolean permanent) {
  public Failure {
    InvalidValueException.given("what", what);
    InvalidValueException.given("where", where);
    InvalidValueException.given("remedy", remedy);
  }

  /** A failure that trying again cannot mend. */
  public static Failure permanent(String what, String where, String remedy) {
    return new Failure(what, where, remedy, true);
  }

  /** A failure that may pass. */
  public static Failure passing(String what, String where) {
    return new Failure(what, where, "", false);
  }

  /** "where: what (remedy)". */
  @Override
  public String toString() {
    return where + ": " + what + (remedy.isEmpty() ? "" : " (" + remedy + ")");
  }
}
