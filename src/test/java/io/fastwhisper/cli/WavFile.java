package io.fastwhisper.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.IntToDoubleFunction;

/** Writes sound files: mono, 16 bit. */
final class WavFile {
  static final int RATE_HZ = 16_000;

  private WavFile() {}

  /**
   * @param sample gives sample number i, -1 to 1
   */
  static Path write(Path file, int seconds, IntToDoubleFunction sample) throws IOException {
    return write(file, RATE_HZ, seconds * RATE_HZ, sample);
  }

  static Path write(Path file, float[] samples) throws IOException {
    return write(file, RATE_HZ, samples);
  }

  static Path write(Path file, int rateHz, float[] samples) throws IOException {
    return write(file, rateHz, samples.length, i -> samples[i]);
  }

  private static Path write(Path file, int rateHz, int count, IntToDoubleFunction sample)
      throws IOException {
    ByteBuffer wav = ByteBuffer.allocate(44 + 2 * count).order(ByteOrder.LITTLE_ENDIAN);
    wav.put("RIFF".getBytes()).putInt(36 + 2 * count).put("WAVEfmt ".getBytes()).putInt(16);
    wav.putShort((short) 1)
        .putShort((short) 1)
        .putInt(rateHz)
        .putInt(2 * rateHz)
        .putShort((short) 2)
        .putShort((short) 16);
    wav.put("data".getBytes()).putInt(2 * count);
    for (int i = 0; i < count; i++) {
      wav.putShort((short) Math.round(32_767 * Math.max(-1, Math.min(1, sample.applyAsDouble(i)))));
    }
    return Files.write(file, wav.array());
  }
}
