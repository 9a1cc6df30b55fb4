package io.fastwhisper.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fastwhisper.samples.SampleTalk;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole jobs over HTTP, against what the command line makes of the same. */
class ServerTest {
  private static final String JOB =
      "{\"sources\":[\"sample:water\"],\"targets\":[\"rain\",\"people\"]}";

  @TempDir static Path folder;
  private static ServerAtWork server;

  @BeforeAll
  static void start() throws Exception {
    server = ServerAtWork.start(folder.resolve("data"), "folders.work=" + folder);
  }

  @AfterAll
  static void close() {
    server.close();
  }

  @Test
  void aJobOverHttpGivesTheCommandLinesMatchesAndFilm() throws Exception {
    Path film = folder.resolve("film.mp4");
    ProgramRun run =
        ProgramRun.withBundledModel(
            "compile",
            SampleTalk.WATER.video().toString(),
            "--words=rain,people",
            "--quiet",
            "-o",
            film.toString());
    assertEquals(0, run.exitCode(), run.err());
    JsonNode sidecar = new ObjectMapper().readTree(folder.resolve("film.json").toFile());

    String id = server.submit(JOB);
    JsonNode job = server.end(id);

    assertEquals("completed", job.get("status").asText(), job.toString());
    assertEquals(matches(sidecar.get("clips")), matches(job.get("clips")));
    byte[] whole = server.get("/api/v1/jobs/" + id + "/compilation.mp4").body();
    assertArrayEquals(Files.readAllBytes(film), whole);
    HttpResponse<byte[]> part =
        server.get("/api/v1/jobs/" + id + "/compilation.mp4", "Range", "bytes=1000-1999");
    assertEquals(206, part.statusCode());
    assertArrayEquals(Arrays.copyOfRange(whole, 1000, 2000), part.body());
  }

  @Test
  void twoRequestsAtOnceGetTwoIds() throws Exception {
    String first = server.submit(JOB);
    String second = server.submit(JOB);
    assertNotEquals(first, second);
    assertTrue(first.matches("[0-9a-f]{32}") && second.matches("[0-9a-f]{32}"));
    assertEquals("completed", server.end(first).get("status").asText());
    assertEquals("completed", server.end(second).get("status").asText());
  }

  private static List<String> matches(JsonNode clips) {
    List<String> matches = new ArrayList<>();
    for (JsonNode clip : clips) {
      for (JsonNode match : clip.get("matches")) {
        matches.add(
            String.join(
                " ",
                clip.get("clipId").asText(),
                match.get("target").asText(),
                match.get("text").asText(),
                match.get("startMs").asText(),
                match.get("endMs").asText()));
      }
    }
    return matches;
  }
}
