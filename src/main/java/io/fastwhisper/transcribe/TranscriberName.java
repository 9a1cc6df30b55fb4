package io.fastwhisper.transcribe;

import io.fastwhisper.engine.NativeCore;
import io.fastwhisper.engine.Precision;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Names all that a transcript depends on beside the sound and the job's options: the model's bytes,
 * what its products are computed with, how speech is found and how tokens are chosen. Threads,
 * lanes and batches are not among it: results are the same in any.
 */
public final class TranscriberName {
  private static final int READ_BYTES = 1 << 20;

  private TranscriberName() {}

  /** The name. Blocking: reads the whole model file. */
  public static String of(DeviceSettings settings) throws IOException {
    NativeCore.Facts core = NativeCore.describe();
    NativeCore.Device device =
        core.devices().stream()
            .filter(found -> found.id().equals(settings.model().device()))
            .findFirst()
            .orElseThrow(() -> new IOException("there is no device " + settings.model().device()));
    Precision asked = settings.model().precision();
    return String.join(
        "\n",
        "model " + sha256(settings.model().file()),
        "alignment heads " + settings.model().alignmentHeads(),
        "core " + core.version() + " " + device.isa(),
        "precision " + (asked == Precision.AUTO ? device.precision() : asked),
        settings.speech().toString(),
        settings.decode().toString());
  }

  private static String sha256(Path file) throws IOException {
    try (InputStream content = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] part = new byte[READ_BYTES];
      for (int n = content.read(part); n >= 0; n = content.read(part)) {
        digest.update(part, 0, n);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
