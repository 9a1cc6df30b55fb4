package io.fastwhisper.media;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Makes media for tests with the bundled ffmpeg, and looks at frames and sound of what others made.
 *
 * <p>Every frame of a made picture carries its number as sixteen bars, white for 1, the lowest bit
 * on the left; every sound is noise by rule, so that each stretch of it resembles no other.
 */
public final class MediaMaker {
  static final int WIDTH = 320;
  static final int HEIGHT = 64;
  private static final int BITS = 16;
  private static final int BAR = WIDTH / BITS;

  private final Ffmpeg ffmpeg;
  private final Path folder;

  public MediaMaker(Path folder) throws Exception {
    this.ffmpeg =
        Ffmpeg.bundled(
            MediaLimits.DEFAULT.memoryBytes(), Files.createTempDirectory(folder, "standins"));
    this.folder = folder;
  }

  /** Source filter of a picture whose frames carry their numbers. */
  static String numbered(String rate, double seconds) {
    return numbered(rate, seconds, WIDTH, HEIGHT);
  }

  static String numbered(String rate, double seconds, int width, int height) {
    return String.format(
        Locale.ROOT,
        "color=black:s=%dx%d:r=%s:d=%s,format=yuv420p,geq=lum='if(mod(floor(N/pow(2,floor(X/(W/16)))),2),235,16)':cb=128:cr=128",
        width,
        height,
        rate,
        seconds);
  }

  /** Source filter of noise; the same seed gives the same noise. */
  static String noise(int rateHz, int channels, double seconds, int seed) {
    String mono =
        String.format(
            Locale.ROOT, "anoisesrc=r=%d:d=%s:a=0.4:seed=%d:c=pink", rateHz, seconds, seed);
    return channels == 1
        ? mono
        : mono
            + "[l];"
            + mono.replace("seed=" + seed, "seed=" + (seed + 1))
            + "[r];[l][r]join=inputs=2";
  }

  /** Runs ffmpeg with these arguments and the file as output. */
  public Path make(String name, String... arguments) throws Exception {
    Path file = folder.resolve(name);
    List<String> command = new ArrayList<>(List.of("-y"));
    command.addAll(List.of(arguments));
    command.add(ChildProcesses.localUrl(file));
    run(command);
    return file;
  }

  /** A film of numbered frames and noise. */
  Path film(
      String name, String rate, double seconds, int soundRateHz, int channels, String... codecs)
      throws Exception {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("-f", "lavfi", "-i", numbered(rate, seconds)));
    arguments.addAll(List.of("-f", "lavfi", "-i", noise(soundRateHz, channels, seconds, 7)));
    arguments.addAll(List.of("-c:v", "libopenh264", "-b:v", "2M", "-c:a", "aac"));
    arguments.addAll(List.of(codecs));
    return make(name, arguments.toArray(String[]::new));
  }

  /**
   * The numbers that the frames of a film carry, in order; its picture may be any size with the
   * bars across.
   */
  List<Integer> frameNumbers(Path film) throws Exception {
    byte[] grey =
        run(
            List.of(
                "-i",
                ChildProcesses.localUrl(film),
                "-map",
                "0:v:0",
                "-fps_mode",
                "passthrough",
                "-vf",
                "scale=" + WIDTH + ":" + HEIGHT,
                "-pix_fmt",
                "gray",
                "-f",
                "rawvideo",
                "pipe:1"));
    List<Integer> numbers = new ArrayList<>();
    for (int frame = 0; frame < grey.length / (WIDTH * HEIGHT); frame++) {
      int row = frame * WIDTH * HEIGHT + HEIGHT / 2 * WIDTH;
      int number = 0;
      for (int bit = 0; bit < BITS; bit++) {
        number |= (grey[row + bit * BAR + BAR / 2] & 0xFF) > 127 ? 1 << bit : 0;
      }
      numbers.add(number);
    }
    return numbers;
  }

  /** The sound of a whole file, one channel, at a rate. */
  float[] sound(Path file, int rateHz) throws Exception {
    return floats(
        run(
            List.of(
                "-i",
                ChildProcesses.localUrl(file),
                "-map",
                "0:a:0",
                "-af",
                "aresample="
                    + rateHz
                    + ":async=1:first_pts=0:rematrix_maxval=1,aformat=channel_layouts=mono",
                "-f",
                "f32le",
                "pipe:1")));
  }

  /** What ffprobe says in the given form, lines. */
  List<String> probe(Path file, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(ffmpeg.ffprobe().toString(), "-v", "error"));
    command.addAll(List.of(arguments));
    command.add(ChildProcesses.localUrl(file));
    return new String(execute(command), StandardCharsets.UTF_8).lines().toList();
  }

  static float[] pcm(Path file) throws Exception {
    return floats(Files.readAllBytes(file));
  }

  private static float[] floats(byte[] bytes) {
    FloatBuffer samples = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    float[] values = new float[samples.remaining()];
    samples.get(values);
    return values;
  }

  private byte[] run(List<String> arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(ffmpeg.ffmpeg().toString(), "-hide_banner", "-nostdin", "-v", "error"));
    command.addAll(arguments);
    return execute(command);
  }

  private byte[] execute(List<String> command) throws Exception {
    Path errors = Files.createTempFile(folder, "ffmpeg", ".log");
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
    ffmpeg.prepare(builder);
    Process process = builder.start();
    process.getOutputStream().close();
    byte[] output = process.getInputStream().readAllBytes();
    if (process.waitFor() != 0) {
      throw new IllegalStateException(String.join(" ", command) + "\n" + Files.readString(errors));
    }
    Files.delete(errors);
    return output;
  }
}
