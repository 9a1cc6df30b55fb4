package io.fastwhisper.store;

import com.fasterxml.jackson.databind.JsonNode;
import io.fastwhisper.cli.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One data folder and the servers that live and die on it, one after the other, and the books about
 * what they promised and what they did. In each life the jobs of earlier lives come to their end,
 * then every sound is forgotten, so that the next job needs the device, and one more job is
 * submitted.
 */
final class MortalServer implements AutoCloseable {
  private static final Pattern TRANSCRIBING =
      Pattern.compile("job ([0-9a-f]{32}) (\\d+-\\d+): transcribing");

  private final Path folder;
  private final Path data;
  private final Path temporary;
  private final Path killFile;
  private final String request;
  private final byte[] film;
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();

  /** Jobs that were answered with 202. */
  private final Set<String> promised = new HashSet<>();

  /** Jobs whose end was told, and when they ended. */
  private final Map<String, Long> ended = new LinkedHashMap<>();

  /** "job segment" of what was in the store when the last process died. */
  private Set<String> kept = Set.of();

  private long jobMs;
  private int lives;
  private int deaths;
  private int again;
  private int transcribed;
  private int unlike;
  private int doubled;

  /**
   * When a life ends before its time.
   *
   * @param point of the store's writes, or 0
   * @param afterMs milliseconds, where there is no point
   * @param submitted counted from when the life's own job is submitted, not from its start
   */
  record Death(int point, long afterMs, boolean submitted) {
    static final Death NONE = new Death(0, -1, false);

    static Death atPointFromStart(int point) {
      return new Death(point, -1, false);
    }

    static Death atPointFromSubmit(int point) {
      return new Death(point, -1, true);
    }

    static Death afterStart(long ms) {
      return new Death(0, ms, false);
    }

    static Death afterSubmit(long ms) {
      return new Death(0, ms, true);
    }
  }

  /** What the books say. */
  record Books(
      int lives,
      int deaths,
      int promised,
      int lost,
      int doubled,
      int unlike,
      int transcribed,
      int again,
      List<String> left) {}

  /**
   * Opens the books.
   *
   * @param folder of its own, in which everything goes
   * @param request the one job that is submitted, as JSON
   * @param film what it makes where nothing disturbs it; null where that is not known yet
   */
  MortalServer(Path folder, String request, byte[] film) throws IOException {
    this.folder = Files.createDirectories(folder);
    this.request = request;
    this.film = film;
    data = folder.resolve("data");
    temporary = Files.createDirectories(folder.resolve("temporary"));
    killFile = folder.resolve("kill");
  }

  /**
   * One life.
   *
   * @return true where the process died of what was planned; false where its job ended before that,
   *     and the process was told to end
   */
  boolean live(Death death) throws Exception {
    lives++;
    Path log = folder.resolve("log-" + lives);
    Files.deleteIfExists(killFile);
    if (!death.submitted() && death.point() > 0) {
      Files.writeString(killFile, Integer.toString(death.point()));
    }
    boolean died = false;
    try (ServerProcess server = ServerProcess.start(start(log))) {
      if (!death.submitted()) {
        killLater(server, death);
      }
      try {
        if (server.ready()) {
          finish(server);
          forgetSounds();
          if (death.submitted() && death.point() > 0) {
            Files.writeString(killFile, Integer.toString(death.point()));
          }
          if (death.submitted()) {
            killLater(server, death);
          }
          long submittedAt = System.nanoTime();
          promised.add(server.submit(request));
          finish(server);
          jobMs = (System.nanoTime() - submittedAt) / 1_000_000;
        }
        server.signal("TERM", false);
      } catch (IOException | UncheckedIOException e) {
        died = true;
      }
      int exit = server.exitCode();
      if (died || exit != 0) {
        if (death.equals(Death.NONE) || exit != 137) {
          throw new AssertionError("ended by itself, " + exit + ": " + Files.readString(log));
        }
        died = true;
        deaths++;
      }
    }
    account(log);
    return died;
  }

  /** What the last job took that was not disturbed. */
  long jobMs() {
    return jobMs;
  }

  /** The film of the last job. */
  byte[] film() throws IOException {
    String last = List.copyOf(ended.keySet()).get(ended.size() - 1);
    return Files.readAllBytes(data.resolve("jobs/" + last + "/compilation.mp4"));
  }

  /** What is true at the end; the last life was not disturbed. */
  Books books() throws Exception {
    List<String> lost = new ArrayList<>(promised);
    Set<String> stored = new HashSet<>();
    try (Connection store = copyOfStore();
        Statement statement = store.createStatement();
        ResultSet jobs = statement.executeQuery("SELECT id, ended IS NOT NULL FROM job")) {
      while (jobs.next()) {
        if (!stored.add(jobs.getString(1))) {
          doubled++;
        }
        if (jobs.getBoolean(2)) {
          lost.remove(jobs.getString(1));
        }
      }
    }
    for (String job : stored) {
      if (!same(job)) {
        unlike++;
      }
    }
    return new Books(
        lives,
        deaths,
        promised.size(),
        lost.size(),
        doubled,
        unlike,
        transcribed,
        again,
        left(stored));
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }

  private void killLater(ServerProcess server, Death death) {
    if (death.afterMs() >= 0) {
      clock.schedule(server::kill, death.afterMs(), TimeUnit.MILLISECONDS);
    }
  }

  private ServerProcess.Start start(Path log) throws IOException {
    return new ServerProcess.Start(
        data,
        temporary,
        log,
        KilledAtAWrite.class.getName(),
        List.of("-Dkill.file=" + killFile),
        List.of("folders.sources=" + folder.getParent()));
  }

  /** All jobs that the server knows come to their end, and what ended before stays as it was. */
  private void finish(ServerProcess server) throws IOException, InterruptedException {
    for (JsonNode known : server.json("api/v1/jobs?limit=200").get("jobs")) {
      String id = known.get("id").asText();
      Long before = ended.get(id);
      JsonNode job = before == null ? server.end(id) : known;
      if (!job.get("status").asText().equals("completed")) {
        throw new AssertionError(job.toString());
      }
      long endedAtMs = job.get("endedAtMs").asLong();
      if (before != null && before != endedAtMs) {
        doubled++;
      }
      ended.put(id, endedAtMs);
    }
  }

  private boolean same(String job) throws IOException {
    Path made = data.resolve("jobs/" + job + "/compilation.mp4");
    return film == null || Files.exists(made) && Arrays.equals(film, Files.readAllBytes(made));
  }

  private void forgetSounds() throws Exception {
    try (Connection store =
            DriverManager.getConnection("jdbc:sqlite:" + data.resolve("fastwhisper.db"));
        Statement statement = store.createStatement()) {
      statement.executeUpdate("PRAGMA busy_timeout = 60000");
      statement.executeUpdate("DELETE FROM sound");
    }
    kept = Set.of();
  }

  /** Reads what this life has transcribed, and what is kept now. */
  private void account(Path log) throws Exception {
    Matcher lines = TRANSCRIBING.matcher(Files.readString(log));
    while (lines.find()) {
      transcribed++;
      if (kept.contains(lines.group(1) + " " + lines.group(2))) {
        again++;
      }
    }
    kept = new HashSet<>();
    if (!Files.exists(data.resolve("fastwhisper.db"))) {
      return;
    }
    try (Connection store = copyOfStore();
        Statement statement = store.createStatement()) {
      try (ResultSet made =
          statement.executeQuery("SELECT count(*) FROM sqlite_schema WHERE name = 'segment'")) {
        if (made.getInt(1) == 0) {
          return;
        }
      }
      try (ResultSet rows =
          statement.executeQuery(
              "SELECT id, video, segment FROM segment JOIN job ON job.number = segment.job"
                  + " JOIN sound ON sound.name = segment.sound")) {
        while (rows.next()) {
          kept.add(rows.getString(1) + " " + rows.getInt(2) + "-" + rows.getInt(3));
        }
      }
    }
  }

  /** A copy, so that the next process finds what the dead one left and nothing better. */
  private Connection copyOfStore() throws Exception {
    Path copy = folder.resolve("copy.db");
    for (String end : List.of("", "-wal", "-shm")) {
      Path from = data.resolve("fastwhisper.db" + end);
      Path to = folder.resolve("copy.db" + end);
      Files.deleteIfExists(to);
      if (Files.exists(from) && !end.equals("-shm")) {
        Files.copy(from, to);
      }
    }
    return DriverManager.getConnection("jdbc:sqlite:" + copy);
  }

  /** Files that nobody needs any more. */
  private List<String> left(Set<String> stored) throws IOException {
    List<String> left = new ArrayList<>();
    try (Stream<Path> files = Stream.concat(Files.walk(temporary), Files.walk(data))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = folder.relativize(file).toString();
        boolean film =
            name.matches("data/jobs/[0-9a-f]{32}/compilation\\.mp4")
                && stored.contains(name.split("/")[2]);
        if (!film && !Set.of("data/fastwhisper.db", "data/lock").contains(name)) {
          left.add(name);
        }
      }
    }
    return left;
  }
}
