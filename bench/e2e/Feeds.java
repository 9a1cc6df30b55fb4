import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * What a thousand clients on one job's progress feed cost, a hundred of whom never read: a job on
 * the sample talks runs twice, on a server with an empty store each time, first with those alone
 * that read. Every one that reads must hear all kept events in order, or this fails.
 *
 * <p>An event's way to a client is counted from when the first of all clients had it; all clients
 * are read by one thread here, whose own time counts, too.
 *
 * <p>Run as {@code ./fastwhisper bench feeds [--readers N] [--stuck N]}; prints one JSON line.
 */
public final class Feeds {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> TARGETS =
      List.of("the", "a", "of", "and", "to", "in", "is", "it", "that", "water", "bread", "freedom");

  /** Events that only count on: a client may miss all but the last. */
  private static final Set<String> COALESCED = Set.of("progress", "video", "reset");

  private static final int IDLE_S = 5;
  private static final long LOOK_MS = 100;
  private static final long ASK_MS = 250;

  private final Path home;
  private final List<String> samples;

  private Feeds(Path home) throws IOException {
    this.home = home;
    try (Stream<Path> files = Files.list(home.resolve("samples"))) {
      samples = files.map(Path::toString).filter(file -> file.endsWith(".mp4")).sorted().toList();
    }
  }

  public static void main(String[] arguments) throws Exception {
    int readers = 900;
    int stuck = 100;
    for (int i = 0; i < arguments.length; i += 2) {
      boolean more = i + 1 < arguments.length;
      if (more && arguments[i].equals("--readers")) {
        readers = Integer.parseInt(arguments[i + 1]);
      } else if (more && arguments[i].equals("--stuck")) {
        stuck = Integer.parseInt(arguments[i + 1]);
      } else {
        System.err.println("bench feeds: expected --readers N, --stuck N or nothing");
        System.exit(2);
      }
    }
    Feeds feeds = new Feeds(Path.of(System.getProperty("fastwhisper.home")));
    ObjectNode result =
        JSON.createObjectNode().put("bench", "feeds").put("readers", readers).put("stuck", stuck);
    result.set("onlyReaders", feeds.run(readers, 0));
    result.set("withStuck", feeds.run(readers, stuck));
    System.out.println(result);
  }

  private ObjectNode run(int readers, int stuck) throws Exception {
    Path folder = Files.createTempDirectory("fastwhisper-feeds-");
    try (BenchServer server = new BenchServer(home, folder, "server.idle_timeout_s=" + IDLE_S)) {
      return run(server, readers, stuck);
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private ObjectNode run(BenchServer server, int readers, int stuck) throws Exception {
    // What the first job needs once is there before anything is counted.
    server.finish(server.submit(samples.subList(0, 1), List.of("no such word")));
    final long heapBefore = heapBytes(server.pid());
    final long before = residentBytes(server.pid());
    final long socketsBefore = socketBytes();
    AtomicBoolean over = new AtomicBoolean();
    AtomicLong peak = new AtomicLong(before);
    AtomicLong sockets = new AtomicLong(socketsBefore);
    ExecutorService beside = Executors.newCachedThreadPool();
    String job = server.submit(samples, TARGETS);
    try (FeedCrowd crowd = new FeedCrowd(server.port(), job)) {
      crowd.addStuck(stuck);
      crowd.addReaders(readers);
      Future<Void> looking = beside.submit(() -> look(server, over, peak, sockets));
      Future<List<Long>> asking = beside.submit(() -> ask(server, job, over));
      crowd.readToTheEnd();
      over.set(true);
      looking.get();
      final List<Long> asked = asking.get();
      final long heapFull = heapBytes(server.pid());
      ObjectNode result = JSON.createObjectNode();
      result.put("events", complete(crowd.readers(), reference(server, job)));
      result.set("toReadersMs", spread(delays(crowd.readers())));
      result.set("otherRequestsMs", spread(asked.stream().mapToLong(Long::longValue)));
      result
          .put("residentBeforeMB", megabytes(before))
          .put("residentPeakMB", megabytes(peak.get()));
      result.put("heapBeforeMB", megabytes(heapBefore)).put("heapAtEndMB", megabytes(heapFull));
      result.put("socketsPeakMB", megabytes(sockets.get() - socketsBefore));
      Thread.sleep(1_000L * 2 * IDLE_S);
      result.put("stuckCutOff", crowd.cutOff());
      result.put("residentAfterMB", megabytes(residentBytes(server.pid())));
      return result.put("heapAfterMB", megabytes(heapBytes(server.pid())));
    } finally {
      over.set(true);
      beside.shutdown();
    }
  }

  /** The kept events of the whole feed, as a client hears them that comes when all is over. */
  private static Map<Long, String> reference(BenchServer server, String job) throws Exception {
    Map<Long, String> kept = new HashMap<>();
    for (String frame : server.get("/api/v1/jobs/" + job + "/events").split("\n\n")) {
      String[] lines = frame.split("\n");
      String name = lines[1].substring("event: ".length());
      if (!COALESCED.contains(name)) {
        kept.put(Long.valueOf(lines[0].substring("id: ".length())), name);
      }
    }
    return kept;
  }

  /** Number of kept events; fails where a client lacks one, or heard one twice or out of order. */
  private static int complete(List<FeedCrowd.Reader> readers, Map<Long, String> kept) {
    for (FeedCrowd.Reader reader : readers) {
      long last = -1;
      for (FeedCrowd.Heard event : reader.heard) {
        if (event.id() <= last) {
          throw new IllegalStateException("event " + event.id() + " behind " + last);
        }
        last = event.id();
      }
      Map<Long, String> heard =
          reader.heard.stream()
              .filter(event -> !COALESCED.contains(event.name()))
              .collect(Collectors.toMap(FeedCrowd.Heard::id, FeedCrowd.Heard::name));
      if (!heard.equals(kept)) {
        throw new IllegalStateException(heard.size() + " events heard of " + kept.size());
      }
    }
    return kept.size();
  }

  /** Microseconds from when the first client had an event to when each other had it. */
  private static LongStream delays(List<FeedCrowd.Reader> readers) {
    Map<Long, Long> first = new HashMap<>();
    for (FeedCrowd.Reader reader : readers) {
      reader.heard.forEach(event -> first.merge(event.id(), event.nanos(), Math::min));
    }
    // What was told before a client came is not late.
    long allThere =
        readers.stream().mapToLong(reader -> reader.heard.get(0).nanos()).max().orElseThrow();
    return readers.stream()
        .flatMap(reader -> reader.heard.stream())
        .filter(event -> first.get(event.id()) > allThere)
        .mapToLong(event -> (event.nanos() - first.get(event.id())) / 1_000);
  }

  private static ObjectNode spread(LongStream micros) {
    long[] sorted = micros.sorted().toArray();
    return JSON.createObjectNode()
        .put("count", sorted.length)
        .put("median", sorted[sorted.length / 2] / 1_000.0)
        .put("p99", sorted[sorted.length * 99 / 100] / 1_000.0)
        .put("most", sorted[sorted.length - 1] / 1_000.0);
  }

  private static Void look(
      BenchServer server, AtomicBoolean over, AtomicLong resident, AtomicLong sockets)
      throws Exception {
    while (!over.get()) {
      resident.accumulateAndGet(residentBytes(server.pid()), Math::max);
      sockets.accumulateAndGet(socketBytes(), Math::max);
      Thread.sleep(LOOK_MS);
    }
    return null;
  }

  /** Microseconds that answers take: a job's status, and a job that is taken and called off. */
  private List<Long> ask(BenchServer server, String job, AtomicBoolean over) throws Exception {
    List<Long> micros = new ArrayList<>();
    while (!over.get()) {
      long began = System.nanoTime();
      server.job(job);
      micros.add((System.nanoTime() - began) / 1_000);
      began = System.nanoTime();
      String other = server.submit(samples.subList(0, 1), TARGETS);
      micros.add((System.nanoTime() - began) / 1_000);
      server.delete(other);
      Thread.sleep(ASK_MS);
    }
    return micros;
  }

  /** What lives on the heap once it is collected. */
  private static long heapBytes(long pid) throws Exception {
    jcmd(pid, "GC.run");
    long used = 0;
    for (String line : jcmd(pid, "GC.heap_info").split("\n")) {
      if (line.contains("generation") || line.contains("total")) {
        String text = line.replaceAll(".*used (\\d+)K.*", "$1");
        used += line.contains("Metaspace") || text.equals(line) ? 0 : Long.parseLong(text) << 10;
      }
    }
    return used;
  }

  private static String jcmd(long pid, String command) throws Exception {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    Process process =
        new ProcessBuilder(jcmd.toString(), Long.toString(pid), command)
            .redirectErrorStream(true)
            .start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  private static long residentBytes(long pid) throws IOException {
    return number(Path.of("/proc/" + pid + "/status"), "VmRSS:\\s+(\\d+) kB") << 10;
  }

  /** What the kernel holds for all TCP sockets of the machine. */
  private static long socketBytes() throws IOException {
    return number(Path.of("/proc/net/sockstat"), "TCP: .*mem (\\d+)") << 12;
  }

  private static long number(Path file, String pattern) throws IOException {
    Matcher found = Pattern.compile(pattern).matcher(Files.readString(file));
    if (!found.find()) {
      throw new IOException(file + " does not say " + pattern);
    }
    return Long.parseLong(found.group(1));
  }

  private static double megabytes(long bytes) {
    return Math.round(bytes / 1e5) / 10.0;
  }
}
