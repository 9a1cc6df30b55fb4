package io.fastwhisper.transcribe;

import io.fastwhisper.engine.NativeCore;
import io.fastwhisper.engine.Precision;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.stream.Collectors;

/**
 * Names all that a transcript depends on beside the sound and the job's options: the model's bytes,
 * what its products and caches are computed with, how speech is found and how tokens are chosen.
 * Threads, lanes and batches are not among it: on a CPU results are the same in any, on a GPU the
 * last bits of a product can depend on how many rows its lane has, which is no reason to hear a
 * sound again.
 */
public final class TranscriberName {
  private static final int READ_BYTES = 1 << 20;

  private TranscriberName() {}

  /**
   * The name. Blocking: reads the whole model file.
   *
   * @param settings of any of the devices
   * @param devices that transcribe; which of them a segment comes to is chance
   */
  public static String of(DeviceSettings settings, Collection<NativeCore.Device> devices)
      throws IOException {
    Precision asked = settings.model().precision();
    return String.join(
        "\n",
        "model " + sha256(settings.model().file()),
        "alignment heads " + settings.model().alignmentHeads(),
        "core " + NativeCore.version(),
        devices.stream()
            .map(device -> device.isa() + " " + precision(asked, device))
            .distinct()
            .sorted()
            .collect(Collectors.joining("\n")),
        "eight-bit audio " + settings.lane().eightBitAudio(),
        settings.speech().toString(),
        settings.decode().toString());
  }

  private static Precision precision(Precision asked, NativeCore.Device device) {
    return asked == Precision.AUTO ? device.precision() : asked;
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
