import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fastwhisper.domain.TimeRange;
import io.fastwhisper.media.Media;
import io.fastwhisper.media.MediaLimits;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * By how much a long job slows a short one that comes behind it: a server is started with an empty
 * store, a short job is timed alone, then another one of the same length behind a long job. Each
 * file is a sample talk behind another length of silence, so that no transcript is recalled.
 *
 * <p>Run as {@code ./fastwhisper bench fairness [--minutes N]}; prints one JSON line.
 */
public final class Fairness {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final List<String> TALKS = List.of("water", "freedom", "bread");
  private static final int RATE_HZ = 16_000;
  private static final int SHIFT_SAMPLES = 160;
  private static final Pattern ADDRESS = Pattern.compile("(http://[0-9.]+:[0-9]+)");

  private final Path home;
  private final Path folder;
  private int nextShift;

  private Fairness(Path home, Path folder) {
    this.home = home;
    this.folder = folder;
  }

  public static void main(String[] arguments) throws Exception {
    int minutes = 120;
    if (arguments.length == 2 && arguments[0].equals("--minutes")) {
      minutes = Integer.parseInt(arguments[1]);
    } else if (arguments.length != 0) {
      System.err.println("bench fairness: expected --minutes N or nothing");
      System.exit(2);
    }
    Path home = Path.of(System.getProperty("fastwhisper.home"));
    Path folder = Files.createTempDirectory("fastwhisper-fairness-");
    try {
      System.out.println(new Fairness(home, folder).measure(minutes));
    } finally {
      try (var files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private ObjectNode measure(int minutes) throws Exception {
    List<String> warmUp = talks(60);
    List<String> alone = talks(60);
    List<String> behind = talks(60);
    List<String> hours = talks(minutes * 60);
    Process server =
        new ProcessBuilder(
                home.resolve("fastwhisper").toString(),
                "serve",
                "--port",
                "0",
                "--set",
                "folders.data=" + folder.resolve("data"),
                "--set",
                "folders.sources=" + folder)
            .redirectErrorStream(true)
            .start();
    try {
      String address = address(server);
      finished(address, submit(address, warmUp));
      long began = System.nanoTime();
      finished(address, submit(address, alone));
      final double aloneS = seconds(began);

      long longBegan = System.nanoTime();
      String longJob = submit(address, hours);
      while (job(address, longJob).path("progress").path("segmentsCompleted").asInt() == 0) {
        Thread.sleep(100);
      }
      began = System.nanoTime();
      finished(address, submit(address, behind));
      final double behindS = seconds(began);
      double longShare = job(address, longJob).path("progress").path("transcription").asDouble();
      finished(address, longJob);
      return JSON.createObjectNode()
          .put("bench", "fairness")
          .put("longMinutes", minutes)
          .put("shortAloneS", aloneS)
          .put("shortBehindS", behindS)
          .put("slowed", behindS / aloneS)
          .put("longS", seconds(longBegan))
          .put("longShareWhenShortEnded", longShare);
    } finally {
      server.destroy();
      server.waitFor();
    }
  }

  /** Files of about this length together, each unlike all others. */
  private List<String> talks(int lengthS) throws Exception {
    List<String> files = new ArrayList<>();
    try (Media media = Media.open(MediaLimits.DEFAULT)) {
      int madeS = 0;
      while (madeS < lengthS) {
        Path talk = home.resolve("samples/" + TALKS.get(files.size() % TALKS.size()) + ".mp4");
        Path pcm = folder.resolve("talk.f32");
        TimeRange range = new TimeRange(0, 1_000L * Math.min(lengthS - madeS, 75));
        media.extractSound(talk, range, pcm).result().toCompletionStage().toCompletableFuture().get();
        Path wav = folder.resolve("talk-" + nextShift + ".wav");
        write(wav, Files.readAllBytes(pcm), nextShift++ * SHIFT_SAMPLES);
        Files.delete(pcm);
        files.add(wav.toString());
        madeS += (int) (range.lengthMs() / 1_000);
      }
    }
    return files;
  }

  /** 16-bit WAV: silence, then the sound. */
  private static void write(Path file, byte[] pcm, int silentSamples) throws Exception {
    ByteBuffer sound = ByteBuffer.wrap(pcm).order(ByteOrder.LITTLE_ENDIAN);
    int bytes = 2 * (silentSamples + pcm.length / 4);
    ByteBuffer wav = ByteBuffer.allocate(44 + bytes).order(ByteOrder.LITTLE_ENDIAN);
    wav.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(36 + bytes);
    wav.put("WAVEfmt ".getBytes(StandardCharsets.US_ASCII)).putInt(16);
    wav.putShort((short) 1).putShort((short) 1).putInt(RATE_HZ).putInt(2 * RATE_HZ);
    wav.putShort((short) 2).putShort((short) 16);
    wav.put("data".getBytes(StandardCharsets.US_ASCII)).putInt(bytes);
    wav.position(wav.position() + 2 * silentSamples);
    while (sound.hasRemaining()) {
      wav.putShort((short) Math.round(Math.max(-1, Math.min(1, sound.getFloat())) * 32_767));
    }
    try (OutputStream out = Files.newOutputStream(file)) {
      out.write(wav.array());
    }
  }

  /** Waits for the server's ready line; what it says later is read and dropped. */
  private static String address(Process server) throws Exception {
    BufferedReader said =
        new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8));
    StringBuilder all = new StringBuilder();
    for (String line = said.readLine(); line != null; line = said.readLine()) {
      all.append(line).append('\n');
      Matcher address = ADDRESS.matcher(line);
      if (address.find()) {
        Thread drain = new Thread(() -> said.lines().forEach(dropped -> {}));
        drain.setDaemon(true);
        drain.start();
        return address.group(1);
      }
    }
    throw new IllegalStateException("the server did not start: " + all);
  }

  private static String submit(String address, List<String> sources) throws Exception {
    ObjectNode request = JSON.createObjectNode();
    sources.forEach(request.putArray("sources")::add);
    request.putArray("targets").add("no such word");
    HttpResponse<String> answer =
        HTTP.send(
            HttpRequest.newBuilder(URI.create(address + "/api/v1/jobs"))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(request.toString()))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != 202) {
      throw new IllegalStateException(answer.statusCode() + ": " + answer.body());
    }
    return JSON.readTree(answer.body()).path("id").asText();
  }

  private static JsonNode job(String address, String id) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(address + "/api/v1/jobs/" + id)).build();
    return JSON.readTree(HTTP.send(request, HttpResponse.BodyHandlers.ofString()).body());
  }

  /** Follows the job's progress feed to its end, which comes when the job ends. */
  private static void finished(String address, String id) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(address + "/api/v1/jobs/" + id + "/events")).build();
    try (var lines = HTTP.send(request, HttpResponse.BodyHandlers.ofLines()).body()) {
      lines.anyMatch(line -> line.equals("event: end"));
    }
    String status = job(address, id).path("status").asText();
    if (!status.equals("completed")) {
      throw new IllegalStateException("job " + id + " ended as " + status);
    }
  }

  private static double seconds(long sinceNanos) {
    return Math.round((System.nanoTime() - sinceNanos) / 1e6) / 1e3;
  }
}
