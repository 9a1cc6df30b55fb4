package io.fastwhisper.transcribe;

import io.fastwhisper.engine.DecodeSettings;
import io.fastwhisper.engine.LaneSettings;
import io.fastwhisper.engine.ModelSettings;
import io.fastwhisper.engine.SpeechSettings;
import java.util.Objects;

/**
 * What a device's worker runs on.
 *
 * @param lanes on the one model, at least 1
 * @param heartbeatMs time between two signs of life; several must fit into a lease's life time
 */
public record DeviceSettings(
    ModelSettings model,
    int lanes,
    LaneSettings lane,
    SpeechSettings speech,
    DecodeSettings decode,
    long heartbeatMs) {
  public DeviceSettings {
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(lane, "lane");
    Objects.requireNonNull(speech, "speech");
    Objects.requireNonNull(decode, "decode");
    if (lanes < 1) {
      throw new IllegalArgumentException("lanes = " + lanes + ", expected at least 1");
    }
    if (heartbeatMs < 1) {
      throw new IllegalArgumentException("heartbeatMs = " + heartbeatMs + ", expected at least 1");
    }
  }
}
