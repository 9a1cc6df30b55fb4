package io.fastwhisper.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fastwhisper.media.MediaMaker;
import io.fastwhisper.samples.SampleTalk;
import io.fastwhisper.store.DataFolder;
import java.io.IOException;
import java.io.OutputStream;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Servers whose data folder fails them. */
@Timeout(300)
class ServerDiskTest {
  @TempDir Path folder;

  @Test
  void aFullDiskRefusesNewJobsSpoilsTheOneThatNeedsItAndNothingElse() throws Exception {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    assumeTrue(
        0 == run("mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", disk.toString()),
        "mounting needs the superuser");
    try (ServerAtWork server =
        ServerAtWork.start(
            disk.resolve("data"), "folders.work=" + folder, "folders.sources=" + folder)) {
      String request = request();
      String before = server.submit(request);
      assertEquals("completed", server.end(before).get("status").asText());
      byte[] film = film(server, before);

      String during = server.submit(request);
      CompletableFuture<Void> refusedEnd = whenEndCannotBeKept();
      CompletableFuture<JsonNode> end = CompletableFuture.supplyAsync(() -> end(server, during));
      Path ballast = fill(disk);
      CompletableFuture.anyOf(end, refusedEnd).get();
      HttpResponse<String> refused = server.post("/api/v1/jobs", request);
      assertEquals(507, refused.statusCode(), refused.body());
      assertEquals("no_storage", new ObjectMapper().readTree(refused.body()).get("code").asText());
      assertArrayEquals(film, film(server, before));

      Files.delete(ballast);
      JsonNode spoiled = end.get();
      assertEquals("error", spoiled.get("status").asText(), spoiled.toString());
      assertTrue(spoiled.get("failures").toString().contains("No space left"), spoiled.toString());
      String after = server.submit(request);
      assertEquals("completed", server.end(after).get("status").asText());
      assertArrayEquals(film, film(server, after));
      assertArrayEquals(film, film(server, before));
      assertEquals(3, server.json("/api/v1/jobs").get("jobs").size());
    } finally {
      run("umount", disk.toString());
    }
  }

  @Test
  void aDamagedStoreStopsTheStartWithTheFileAndWhatToDo() throws Exception {
    Path database = Files.createDirectories(folder.resolve("data")).resolve("fastwhisper.db");
    Files.writeString(database, "Dear diary. ".repeat(1_000));
    ProgramRun run = serve(folder.resolve("data"));
    assertEquals(ExitCode.FAILURE, run.exitCode(), run.err());
    assertTrue(run.err().contains(database + ": it is damaged"), run.err());
    assertTrue(run.err().contains("move it away"), run.err());
    assertFalse(run.err().contains("\tat "), run.err());
    assertTrue(Files.readString(database).startsWith("Dear diary."));
  }

  @Test
  void aStoreOfANewerVersionStopsTheStart() throws Exception {
    Path data = folder.resolve("data");
    ServerAtWork.start(data).close();
    try (Connection store =
            DriverManager.getConnection("jdbc:sqlite:" + data.resolve("fastwhisper.db"));
        Statement statement = store.createStatement()) {
      statement.executeUpdate("PRAGMA user_version = 99");
    }
    ProgramRun run = serve(data);
    assertEquals(ExitCode.FAILURE, run.exitCode(), run.err());
    assertTrue(run.err().contains("newer FastWhisper"), run.err());
  }

  @Test
  void aFolderThatAnotherServerHasIsTheUsersToMend() throws Exception {
    try (DataFolder taken = DataFolder.open(folder.resolve("data"))) {
      ProgramRun run = serve(folder.resolve("data"));
      assertEquals(ExitCode.USAGE, run.exitCode(), run.err());
      assertTrue(run.err().contains("another FastWhisper server"), run.err());
      assertTrue(Files.exists(taken.scratch()), "the other one's files are gone");
    }
  }

  @Test
  void aFolderThatCannotBeWrittenIsTheUsersToMend() {
    ProgramRun run = serve(Path.of("/proc/fastwhisper"));
    assertEquals(ExitCode.USAGE, run.exitCode(), run.err());
    assertTrue(run.err().contains("/proc/fastwhisper: cannot be written"), run.err());
  }

  private static ProgramRun serve(Path data) {
    return ProgramRun.withBundledModel("serve", "--port=0", "--set=folders.data=" + data);
  }

  private String request() throws Exception {
    Path talk =
        new MediaMaker(folder)
            .make(
                "water.mp4",
                "-i",
                SampleTalk.WATER.video().toString(),
                "-t",
                "14",
                "-c:v",
                "libopenh264",
                "-c:a",
                "aac");
    return "{\"sources\":[\"" + talk + "\"],\"targets\":[\"water\"]}";
  }

  /** A file that takes all that is left. */
  private static Path fill(Path disk) throws IOException {
    Path ballast = disk.resolve("ballast");
    try (OutputStream out = Files.newOutputStream(ballast)) {
      byte[] block = new byte[4_096];
      while (true) {
        out.write(block);
      }
    } catch (IOException full) {
      return ballast;
    }
  }

  private static CompletableFuture<Void> whenEndCannotBeKept() {
    CompletableFuture<Void> said = new CompletableFuture<>();
    Logger log = (Logger) LoggerFactory.getLogger("io.fastwhisper.job.KeeperDesk");
    AppenderBase<ILoggingEvent> listener =
        new AppenderBase<>() {
          @Override
          protected void append(ILoggingEvent event) {
            if (event.getFormattedMessage().contains("its end cannot be kept")) {
              said.complete(null);
            }
          }
        };
    listener.start();
    log.addAppender(listener);
    return said.whenComplete((done, e) -> log.detachAppender(listener));
  }

  private static JsonNode end(ServerAtWork server, String job) {
    try {
      return server.end(job);
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] film(ServerAtWork server, String job) throws Exception {
    HttpResponse<byte[]> film = server.get("/api/v1/jobs/" + job + "/compilation.mp4");
    assertEquals(200, film.statusCode());
    return film.body();
  }

  private static int run(String... command) throws Exception {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }
}
