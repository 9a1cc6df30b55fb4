package io.fastwhisper.domain;

import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * Names one job. 128 random bits, so that it can be neither guessed nor given twice.
 *
 * @param value 32 lower-case hexadecimal digits
 */
public record JobId(String value) implements Comparable<JobId> {
  private static final SecureRandom RANDOM = new SecureRandom();

  public JobId {
    if (value == null || !value.matches("[0-9a-f]{32}")) {
      throw new InvalidValueException("jobId", value, "32 hexadecimal digits");
    }
  }

  public static JobId random() {
    byte[] bytes = new byte[16];
    RANDOM.nextBytes(bytes);
    return new JobId(HexFormat.of().formatHex(bytes));
  }

  @Override
  public int compareTo(JobId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
