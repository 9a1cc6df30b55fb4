package io.fastwhisper.engine;

import io.fastwhisper.domain.TranscribeOptions;
import java.util.Objects;

/**
 * One window for a lane.
 *
 * @param tag the caller's mark, given back in the result
 */
public record WindowRequest(long tag, TranscribeOptions options, DecodeSettings decode) {
  public WindowRequest {
    Objects.requireNonNull(options, "options");
    Objects.requireNonNull(decode, "decode");
  }
}
