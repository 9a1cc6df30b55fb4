package io.fastwhisper.media;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;

/**
 * Our own look at a file's first bytes, before any foreign code sees it. What is not recognised is
 * refused; the file's name counts for nothing.
 */
final class ContentCheck {
  private static final int HEAD_BYTES = 64 * 1_024;

  /**
   * Names of boxes that a QuickTime or MP4 file begins with (ISO/IEC 14496-12; QuickTime File
   * Format).
   */
  private static final Set<String> FIRST_BOXES =
      Set.of("ftyp", "moov", "mdat", "wide", "free", "skip", "pnot");

  /** Beginnings of files that name other files. */
  private static final Set<String> PLAYLIST_BEGINNINGS =
      Set.of(
          "#extm3u",
          "ffconcat",
          "<?xml",
          "<mpd",
          "<smil",
          "<asx",
          "[playlist]",
          "[reference]",
          "v=0");

  private static final int TS_PACKET = 188;
  private static final int TS_PACKETS_CHECKED = 5;

  private ContentCheck() {}

  /**
   * The container that a file's content is.
   *
   * @param where whom a failure is about
   */
  static Container check(Path file, String where) throws MediaException {
    if (!Files.exists(file)) {
      throw MediaException.permanent("no such file", where, "Check the name.");
    }
    if (!Files.isRegularFile(file)) {
      throw MediaException.permanent("not a regular file", where, "");
    }
    byte[] head;
    byte[] behindTag;
    try {
      head = read(file, 0);
      long tag = id3Length(head);
      behindTag = tag == 0 ? head : read(file, tag);
    } catch (IOException e) {
      throw MediaException.permanent(
          "cannot be read: " + e.getMessage(), where, "Check its permissions.");
    }
    if (head.length == 0) {
      throw MediaException.permanent("the file is empty", where, "");
    }
    Container container = recognise(head, behindTag);
    if (container == null) {
      throw MediaException.permanent(
          looksLikePlaylist(head) || looksLikePlaylist(behindTag)
              ? "a playlist or manifest, which is not followed"
              : "not a media file of a kind that is taken",
          where,
          "Taken are mp4, mov, mkv, webm, mp3, m4a, aac, wav, flac, ogg, opus, avi, flv and MPEG-TS, by content.");
    }
    return container;
  }

  private static byte[] read(Path file, long from) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      ByteBuffer buffer =
          ByteBuffer.allocate((int) Math.max(0, Math.min(HEAD_BYTES, channel.size() - from)));
      channel.position(from);
      while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
        // Reads until the head is full or the file at its end.
      }
      return Arrays.copyOf(buffer.array(), buffer.position());
    }
  }

  private static Container recognise(byte[] head, byte[] behindTag) {
    if (behindTag != head) {
      return audioFrames(behindTag);
    }
    if (has(head, 0, "RIFF") || has(head, 0, "RF64")) {
      return riff(head);
    }
    if (has(head, 0, "fLaC")) {
      return Container.FLAC;
    }
    if (has(head, 0, "OggS")) {
      return Container.OGG;
    }
    if (has(head, 0, "FLV\1")) {
      return Container.FLV;
    }
    if (head.length >= 4 && u32(head, 0) == 0x1A45DFA3L) {
      String beginning =
          new String(head, 0, Math.min(head.length, 4_096), StandardCharsets.ISO_8859_1);
      return beginning.contains("webm") || beginning.contains("matroska")
          ? Container.MATROSKA
          : null;
    }
    if (head.length >= 12 && FIRST_BOXES.contains(text(head, 4, 4))) {
      return Container.MOV;
    }
    if (isTransportStream(head, 0, TS_PACKET) || isTransportStream(head, 4, TS_PACKET + 4)) {
      return Container.MPEG_TS;
    }
    return audioFrames(head);
  }

  private static Container riff(byte[] head) {
    if (has(head, 8, "WAVE")) {
      return Container.WAV;
    }
    // A subtitle track of an AVI may hold a file of any format, playlists included.
    boolean subtitles = new String(head, StandardCharsets.ISO_8859_1).contains("txts");
    return has(head, 8, "AVI ") && !subtitles ? Container.AVI : null;
  }

  /** Two frames in a row, where each says how long it is. */
  private static Container audioFrames(byte[] head) {
    if (has(head, 0, "fLaC")) {
      return Container.FLAC;
    }
    int start = 0;
    while (start < head.length && head[start] == 0) {
      ++start;
    }
    int adts = adtsFrameLength(head, start);
    if (adts > 0 && adtsFrameLength(head, start + adts) > 0) {
      return Container.AAC;
    }
    int mpeg = mpegFrameLength(head, start);
    return mpeg > 0 && mpegFrameLength(head, start + mpeg) > 0 ? Container.MP3 : null;
  }

  /** ISO/IEC 13818-7, 6.2; 0 where there is no frame. */
  private static int adtsFrameLength(byte[] bytes, int at) {
    if (at + 7 > bytes.length || (u16(bytes, at) & 0xFFF6) != 0xFFF0) {
      return 0;
    }
    int length = (int) (u32(bytes, at + 3) >> 13 & 0x1FFF);
    return length > 7 ? length : 0;
  }

  /** Layer III of MPEG 1, 2 and 2.5 (ISO/IEC 11172-3, 2.4.1.3); 0 where there is no frame. */
  private static int mpegFrameLength(byte[] bytes, int at) {
    if (at + 4 > bytes.length || (u16(bytes, at) & 0xFFE0) != 0xFFE0) {
      return 0;
    }
    int version = bytes[at + 1] >> 3 & 3;
    int layer = bytes[at + 1] >> 1 & 3;
    int bitRate = bytes[at + 2] >> 4 & 15;
    int sampleRate = bytes[at + 2] >> 2 & 3;
    if (version == 1 || layer != 1 || bitRate == 0 || bitRate == 15 || sampleRate == 3) {
      return 0;
    }
    boolean mpeg1 = version == 3;
    int[] kilobits =
        mpeg1
            ? new int[] {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}
            : new int[] {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160};
    int hertz =
        new int[] {44_100, 48_000, 32_000}[sampleRate] >> (mpeg1 ? 0 : version == 2 ? 1 : 2);
    int padding = bytes[at + 2] >> 1 & 1;
    return (mpeg1 ? 144_000 : 72_000) * kilobits[bitRate] / hertz + padding;
  }

  private static boolean isTransportStream(byte[] head, int first, int step) {
    for (int i = 0; i < TS_PACKETS_CHECKED; i++) {
      int at = first + i * step;
      if (at >= head.length || head[at] != 0x47) {
        return false;
      }
    }
    return true;
  }

  /** Length of an ID3v2 tag with its header, or 0. */
  private static long id3Length(byte[] head) {
    if (!has(head, 0, "ID3") || head.length < 10) {
      return 0;
    }
    long size = 0;
    for (int i = 6; i < 10; i++) {
      size = size << 7 | head[i] & 0x7F;
    }
    return 10 + size;
  }

  private static boolean looksLikePlaylist(byte[] bytes) {
    String start = new String(bytes, 0, Math.min(bytes.length, 200), StandardCharsets.UTF_8);
    String plain = start.replace("\uFEFF", "").strip().toLowerCase(Locale.ROOT);
    return PLAYLIST_BEGINNINGS.stream().anyMatch(plain::startsWith);
  }

  private static boolean has(byte[] bytes, int at, String expected) {
    return at + expected.length() <= bytes.length
        && text(bytes, at, expected.length()).equals(expected);
  }

  private static String text(byte[] bytes, int at, int length) {
    return new String(bytes, at, length, StandardCharsets.ISO_8859_1);
  }

  private static int u16(byte[] bytes, int at) {
    return (bytes[at] & 0xFF) << 8 | bytes[at + 1] & 0xFF;
  }

  private static long u32(byte[] bytes, int at) {
    return (long) u16(bytes, at) << 16 | u16(bytes, at + 2);
  }
}
