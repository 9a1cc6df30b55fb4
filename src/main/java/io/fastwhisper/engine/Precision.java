package io.fastwhisper.engine;

/** Type of a model's weights and products; the order is that of {@code fw_precision}. */
public enum Precision {
  /** The fastest that the device runs well. */
  AUTO,
  F32,
  BF16,
  INT8,
  F16
}
