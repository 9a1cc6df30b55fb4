package io.fastwhisper.store;

import io.fastwhisper.domain.Segment;
import io.fastwhisper.domain.TimeRange;
import io.fastwhisper.domain.TranscribeOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;

/**
 * Names a sound together with all that what is heard in it depends on: two segments of one name
 * have the same transcript, but for where it lies.
 */
final class SoundName {
  private static final int READ_BYTES = 1 << 20;

  private SoundName() {}

  /**
   * The name of a segment's sound: 64 hexadecimal digits.
   *
   * @param transcriber names the model and whatever else changes its results
   */
  static String of(Path pcmFile, String transcriber, TranscribeOptions options, Segment segment)
      throws IOException {
    return StoredText.sha256(
        StoredText.json(
            List.of(
                sha256(pcmFile),
                transcriber,
                options,
                fromStart(segment, segment.startZone()),
                fromStart(segment, segment.endZone()))));
  }

  private static List<Long> fromStart(Segment segment, TimeRange zone) {
    long startMs = segment.range().startMs();
    return List.of(zone.startMs() - startMs, zone.endMs() - startMs);
  }

  private static String sha256(Path file) throws IOException {
    MessageDigest digest = StoredText.digest();
    byte[] part = new byte[READ_BYTES];
    try (InputStream content = Files.newInputStream(file)) {
      for (int n = content.read(part); n >= 0; n = content.read(part)) {
        digest.update(part, 0, n);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
