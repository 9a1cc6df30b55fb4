package io.fastwhisper.domain;

/**
 * How much of a GPU all processes use, as its driver measures it.
 *
 * @param busy share of the last second, or less, in which it computed: 0 to 1; negative where the
 *     driver does not tell
 * @param usedBytes of its memory
 */
public record GpuUse(double busy, long usedBytes) {
  /** Whether the driver tells how busy the GPU is. */
  public boolean tellsBusy() {
    return busy >= 0;
  }
}
