package io.fastwhisper.media;

import java.time.Duration;

/**
 * What one child process may take.
 *
 * @param stall longest time without progress
 * @param wallClock longest time in all
 * @param memoryBytes private memory that it may write to (RLIMIT_DATA), where the system can limit
 *     it; one 8K picture is 50 MB, and decoders hold some twenty
 */
public record MediaLimits(Duration stall, Duration wallClock, long memoryBytes) {
  public static final MediaLimits DEFAULT =
      new MediaLimits(Duration.ofSeconds(60), Duration.ofHours(6), 4L * 1024 * 1024 * 1024);

  /** The defaults, with another limit for time without progress. */
  public static MediaLimits withStall(Duration stall) {
    return new MediaLimits(stall, DEFAULT.wallClock, DEFAULT.memoryBytes);
  }
}
