package io.fastwhisper.cli;

import io.fastwhisper.config.Configuration;
import io.fastwhisper.domain.InvalidValueException;
import io.fastwhisper.domain.JobOptions;
import io.fastwhisper.domain.TranscribeOptions;
import java.math.BigDecimal;
import java.math.RoundingMode;
import picocli.CommandLine.Option;

/** The options of a job, in the units that users think in. */
final class JobArguments {
  @Option(
      names = "--padding-before",
      paramLabel = "S",
      defaultValue = "1.0",
      description = "Seconds kept before each match (${DEFAULT-VALUE}).")
  private BigDecimal paddingBefore;

  @Option(
      names = "--padding-after",
      paramLabel = "S",
      defaultValue = "1.0",
      description = "Seconds kept after each match (${DEFAULT-VALUE}).")
  private BigDecimal paddingAfter;

  @Option(
      names = "--merge-gap",
      paramLabel = "S",
      defaultValue = "2.0",
      description = "Clips closer than this, in seconds, become one (${DEFAULT-VALUE}).")
  private BigDecimal mergeGap;

  @Option(
      names = "--max-length",
      paramLabel = "S",
      description = "End the film before it is longer than this, in seconds.")
  private BigDecimal maxLength;

  @Option(
      names = "--language",
      paramLabel = "CODE",
      defaultValue = "auto",
      description = "en, de ... or auto (${DEFAULT-VALUE}).")
  private String language;

  /** What a job has where nothing was asked for. */
  static JobOptions defaults(Configuration configuration) {
    JobOptions defaults = JobOptions.DEFAULT;
    return new JobOptions(
        defaults.paddingBeforeMs(),
        defaults.paddingAfterMs(),
        defaults.mergeGapMs(),
        defaults.maxLengthMs(),
        defaults.priority(),
        new TranscribeOptions("auto", "", "", configuration.decoding().beam()));
  }

  JobOptions toOptions(Configuration configuration) {
    JobOptions defaults = JobOptions.DEFAULT;
    long maxLengthMs = maxLength == null ? 0 : milliseconds("--max-length", maxLength);
    if (maxLength != null && maxLengthMs == 0) {
      throw new InvalidValueException("--max-length", maxLength, "more than 0 seconds");
    }
    return new JobOptions(
        milliseconds("--padding-before", paddingBefore),
        milliseconds("--padding-after", paddingAfter),
        milliseconds("--merge-gap", mergeGap),
        maxLengthMs,
        defaults.priority(),
        new TranscribeOptions(language, "", "", configuration.decoding().beam()));
  }

  private static long milliseconds(String option, BigDecimal seconds) {
    if (seconds.signum() < 0 || seconds.compareTo(BigDecimal.valueOf(1_000_000)) > 0) {
      throw new InvalidValueException(option, seconds, "a number of seconds, 0 or more");
    }
    return seconds.movePointRight(3).setScale(0, RoundingMode.HALF_UP).longValueExact();
  }
}
