import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fastwhisper.domain.TimeRange;
import io.fastwhisper.media.Media;
import io.fastwhisper.media.MediaLimits;
import java.io.BufferedOutputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * By how much a long job slows a short one that comes behind it: a server is started with an empty
 * store, jobs of one minute are timed alone, then others behind a job of two hours, which is called
 * off when the last of them is done. All of them are the sample talks one after the other behind
 * another length of silence, so that no transcript is recalled.
 *
 * <p>Run as {@code ./fastwhisper bench fairness [--minutes N] [--rounds N]}; prints one JSON line.
 */
public final class Fairness {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> TALKS = List.of("water", "freedom", "bread");
  private static final List<String> TARGETS = List.of("no such word");
  private static final int RATE_HZ = 16_000;
  private static final int SHORT_S = 60;
  private static final int SHIFT_SAMPLES = 160;

  /** So many of the long job's segments are transcribed before the first short one comes. */
  private static final int UNDER_WAY = 10;

  private final Path home;
  private final Path folder;
  private final List<short[]> talks = new ArrayList<>();
  private int nextShift;

  private Fairness(Path home, Path folder) {
    this.home = home;
    this.folder = folder;
  }

  public static void main(String[] arguments) throws Exception {
    int minutes = 120;
    int rounds = 3;
    for (int i = 0; i < arguments.length; i += 2) {
      boolean more = i + 1 < arguments.length;
      if (more && arguments[i].equals("--minutes")) {
        minutes = Integer.parseInt(arguments[i + 1]);
      } else if (more && arguments[i].equals("--rounds")) {
        rounds = Integer.parseInt(arguments[i + 1]);
      } else {
        System.err.println("bench fairness: expected --minutes N, --rounds N or nothing");
        System.exit(2);
      }
    }
    Path home = Path.of(System.getProperty("fastwhisper.home"));
    Path folder = Files.createTempDirectory("fastwhisper-fairness-");
    try {
      System.out.println(new Fairness(home, folder).measure(minutes, rounds));
    } finally {
      try (var files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private ObjectNode measure(int minutes, int rounds) throws Exception {
    readTalks();
    String hours = talk(minutes * 60);
    try (BenchServer server = new BenchServer(home, folder)) {
      timed(server);
      List<Double> alone = new ArrayList<>();
      for (int round = 0; round < rounds; round++) {
        alone.add(timed(server));
      }
      String longJob = server.submit(List.of(hours), TARGETS);
      long longBegan = System.nanoTime();
      while (transcribed(server, longJob) < UNDER_WAY) {
        Thread.sleep(100);
      }
      List<Double> behind = new ArrayList<>();
      for (int round = 0; round < rounds; round++) {
        behind.add(timed(server));
      }
      JsonNode hoursJob = server.job(longJob);
      if (!hoursJob.path("status").asText().equals("processing")) {
        throw new IllegalStateException("the long job was over too soon: " + hoursJob);
      }
      double share = hoursJob.path("progress").path("transcription").asDouble();
      double longS = seconds(longBegan);
      server.delete(longJob);
      ObjectNode result =
          JSON.createObjectNode()
              .put("bench", "fairness")
              .put("longMinutes", minutes)
              .put("shortAloneS", median(alone))
              .put("shortBehindS", median(behind))
              .put("slowed", Math.round(100 * median(behind) / median(alone)) / 100.0)
              .put("longTimesRealTime", Math.round(share * minutes * 60 / longS));
      alone.forEach(result.putArray("allAloneS")::add);
      behind.forEach(result.putArray("allBehindS")::add);
      return result;
    }
  }

  /** Seconds from giving a short job to its end. */
  private double timed(BenchServer server) throws Exception {
    String source = talk(SHORT_S);
    long began = System.nanoTime();
    server.finish(server.submit(List.of(source), TARGETS));
    return seconds(began);
  }

  private void readTalks() throws Exception {
    try (Media media = Media.open(MediaLimits.DEFAULT)) {
      for (String talk : TALKS) {
        Path pcm = folder.resolve("talk.f32");
        media
            .extractSound(home.resolve("samples/" + talk + ".mp4"), new TimeRange(0, 75_000), pcm)
            .result()
            .toCompletionStage()
            .toCompletableFuture()
            .get();
        FloatBuffer sound =
            ByteBuffer.wrap(Files.readAllBytes(pcm)).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        short[] samples = new short[sound.remaining()];
        for (int i = 0; i < samples.length; i++) {
          samples[i] = (short) Math.round(Math.max(-1, Math.min(1, sound.get(i))) * 32_767);
        }
        talks.add(samples);
        Files.delete(pcm);
      }
    }
  }

  /** A file of this length, unlike all others: 16-bit WAV. */
  private String talk(int lengthS) throws Exception {
    int left = lengthS * RATE_HZ;
    Path wav = folder.resolve("talk-" + nextShift + ".wav");
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(wav))) {
      out.write(header(left));
      for (int i = 0; left > 0; i++) {
        int silent = Math.min(left, nextShift++ * SHIFT_SAMPLES);
        out.write(new byte[2 * silent]);
        left -= silent;
        short[] samples = talks.get(i % talks.size());
        int count = Math.min(left, samples.length);
        ByteBuffer bytes = ByteBuffer.allocate(2 * count).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asShortBuffer().put(samples, 0, count);
        out.write(bytes.array());
        left -= count;
      }
    }
    return wav.toString();
  }

  private static byte[] header(int samples) {
    ByteBuffer wav = ByteBuffer.allocate(44).order(ByteOrder.LITTLE_ENDIAN);
    wav.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(36 + 2 * samples);
    wav.put("WAVEfmt ".getBytes(StandardCharsets.US_ASCII)).putInt(16);
    wav.putShort((short) 1).putShort((short) 1).putInt(RATE_HZ).putInt(2 * RATE_HZ);
    wav.putShort((short) 2).putShort((short) 16);
    wav.put("data".getBytes(StandardCharsets.US_ASCII)).putInt(2 * samples);
    return wav.array();
  }

  private static int transcribed(BenchServer server, String id) throws Exception {
    return server.job(id).path("progress").path("segmentsCompleted").asInt();
  }

  private static double median(List<Double> times) {
    return times.stream().sorted().toList().get(times.size() / 2);
  }

  private static double seconds(long sinceNanos) {
    return Math.round((System.nanoTime() - sinceNanos) / 1e6) / 1e3;
  }
}
