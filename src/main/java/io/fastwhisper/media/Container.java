package io.fastwhisper.media;

import java.util.List;

/**
 * The containers that are taken. Each is read by the one demuxer named here, and by no other that
 * it may point to.
 *
 * <p>None of them plays other files by itself; playlists and manifests (HLS, DASH, ffconcat, IMF,
 * SDP ...), which make a reader fetch what they name, are not among them.
 */
enum Container {
  MOV("mov", 2_000, false),
  MATROSKA("matroska", 2_000, false),
  /** Its length is guessed from the bit rate unless it says it, so packets are counted. */
  MP3("mp3", 2_000, true),
  /** As with mp3. */
  AAC("aac", 2_000, true),
  WAV("wav", 2_000, false),
  FLAC("flac", 2_000, false),
  OGG("ogg", 2_000, false),
  AVI("avi", 2_000, false),
  FLV("flv", 2_000, false),
  /**
   * A seek does not know where pictures begin anew, so that decoding must start far enough ahead;
   * they do so every 10 s at least, as a rule.
   */
  MPEG_TS("mpegts", 30_000, false);

  private final String demuxer;
  private final long leadMs;
  private final boolean lengthByCounting;

  Container(String demuxer, long leadMs, boolean lengthByCounting) {
    this.demuxer = demuxer;
    this.leadMs = leadMs;
    this.lengthByCounting = lengthByCounting;
  }

  /**
   * How far ahead of a time decoding has to start so that the picture at that time is whole; whole
   * seconds. Decoders of sound need less than the 2 s that all have: the longest, of opus, wants 80
   * ms (RFC 7845, 4.6).
   */
  long leadMs() {
    return leadMs;
  }

  /** True where the length that the file claims or the demuxer guesses is not to be trusted. */
  boolean lengthByCounting() {
    return lengthByCounting;
  }

  /**
   * Arguments that go before {@code -i}: this demuxer alone, and no protocol but the reading of
   * local files.
   */
  List<String> inputArguments() {
    return List.of("-protocol_whitelist", "file", "-format_whitelist", demuxer, "-f", demuxer);
  }
}
