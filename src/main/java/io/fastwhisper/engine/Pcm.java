package io.fastwhisper.engine;

import io.fastwhisper.engine.abi.FastWhisper;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Loader;

/**
 * Sound in native memory: float samples, 16 kHz, mono. Its memory is freed by {@link #close()}, by
 * no collector; not for several threads at a time.
 */
public final class Pcm implements AutoCloseable {
  public static final int SAMPLES_PER_MS = 16;

  static {
    // The memory is JavaCPP's, which has none before a library of its making is loaded.
    Loader.load(FastWhisper.class);
  }

  private final FloatPointer samples;
  private final long count;

  private Pcm(FloatPointer samples, long count) {
    this.samples = samples;
    this.count = count;
  }

  /**
   * Reads a file of raw little-endian 32-bit floats.
   *
   * @throws IOException where it cannot be read, or is not a whole number of samples long
   */
  public static Pcm read(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long sizeBytes = channel.size();
      if (sizeBytes % Float.BYTES != 0 || sizeBytes > Integer.MAX_VALUE) {
        throw new IOException(
            file + ": " + sizeBytes + " bytes, expected a multiple of 4 below 2 GiB");
      }
      long count = sizeBytes / Float.BYTES;
      FloatPointer samples = new FloatPointer(Math.max(1, count));
      samples.retainReference();
      Pcm pcm = new Pcm(samples, count);
      if (count != 0) {
        ByteBuffer bytes = samples.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
          if (channel.read(bytes) < 0) {
            pcm.close();
            throw new EOFException(file + ": shorter than its size of " + sizeBytes + " bytes");
          }
        }
      }
      return pcm;
    }
  }

  /** Number of samples. */
  public long count() {
    return count;
  }

  /** The samples from one on; they live as long as this. */
  FloatPointer samplesFrom(long first) {
    return samples.getPointer(first);
  }

  FloatPointer samples() {
    return samples;
  }

  @Override
  public void close() {
    samples.releaseReference();
  }
}
