package io.fastwhisper.media;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Pictures of a film of 640x360, by their number, and how alike two are. */
public final class FilmFrames {
  private static final int SIZE_BYTES = 640 * 360;

  private FilmFrames() {}

  /**
   * The grey values of these pictures of a film; a number behind the last picture is left out.
   *
   * @param folder for what ffmpeg may need to start
   */
  public static Map<Integer, byte[]> read(Path film, SortedSet<Integer> numbers, Path folder)
      throws IOException, MediaException {
    String wanted =
        numbers.stream().map(number -> "eq(n\\," + number + ")").collect(Collectors.joining("+"));
    Ffmpeg ffmpeg =
        Ffmpeg.bundled(
            MediaLimits.DEFAULT.memoryBytes(), Files.createTempDirectory(folder, "frames"));
    List<String> command =
        List.of(
            ffmpeg.ffmpeg().toString(),
            "-nostdin",
            "-v",
            "error",
            "-i",
            film.toString(),
            "-an",
            "-vf",
            "select=" + wanted,
            "-fps_mode",
            "passthrough",
            "-f",
            "rawvideo",
            "-pix_fmt",
            "gray",
            "pipe:1");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    ffmpeg.prepare(builder);
    Process process = builder.start();
    Map<Integer, byte[]> frames = new TreeMap<>();
    try (DataInputStream pictures = new DataInputStream(process.getInputStream())) {
      for (int number : numbers) {
        byte[] picture = pictures.readNBytes(SIZE_BYTES);
        if (picture.length == SIZE_BYTES) {
          frames.put(number, picture);
        }
      }
    } finally {
      process.destroy();
    }
    return frames;
  }

  /** Peak signal-to-noise ratio, dB; infinite for two that are equal. */
  public static double psnr(byte[] one, byte[] other) {
    double sum = 0;
    for (int i = 0; i < one.length; i++) {
      double difference = (one[i] & 0xff) - (other[i] & 0xff);
      sum += difference * difference;
    }
    return 10 * Math.log10(255.0 * 255.0 * one.length / sum);
  }
}
