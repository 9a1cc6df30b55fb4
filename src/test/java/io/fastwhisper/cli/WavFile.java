package io.fastwhisper.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.IntToDoubleFunction;

/** Writes sound files: 16 kHz, mono, 16 bit. */
final class WavFile {
  static final int RATE_HZ = 16_000;

  private WavFile() {}

  /**
   * @param sample gives sample number i, -1 to 1
   */
  static Path write(Path file, int seconds, IntToDoubleFunction sample) throws IOException {
    int count = seconds * RATE_HZ;
    ByteBuffer wav = ByteBuffer.allocate(44 + 2 * count).order(ByteOrder.LITTLE_ENDIAN);
    wav.put("RIFF".getBytes()).putInt(36 + 2 * count).put("WAVEfmt ".getBytes()).putInt(16);
    wav.putShort((short) 1)
        .putShort((short) 1)
        .putInt(RATE_HZ)
        .putInt(2 * RATE_HZ)
        .putShort((short) 2)
        .putShort((short) 16);
    wav.put("data".getBytes()).putInt(2 * count);
    for (int i = 0; i < count; i++) {
      wav.putShort((short) Math.round(32_767 * Math.max(-1, Math.min(1, sample.applyAsDouble(i)))));
    }
    return Files.write(file, wav.array());
  }
}
