package io.fastwhisper.engine;

import java.nio.file.Path;
import java.util.Objects;

/**
 * Which model is put on which device, and how.
 *
 * @param file a ggml Whisper file
 * @param device "cpu", "cuda:0" ...
 * @param alignmentHeads "layer:head,layer:head"; "" takes the table for the model's size
 */
public record ModelSettings(Path file, String device, Precision precision, String alignmentHeads) {
  public ModelSettings {
    Objects.requireNonNull(file, "file");
    Objects.requireNonNull(device, "device");
    Objects.requireNonNull(precision, "precision");
    Objects.requireNonNull(alignmentHeads, "alignmentHeads");
  }
}
