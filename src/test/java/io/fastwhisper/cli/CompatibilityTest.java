package io.fastwhisper.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The routes of the first FastWhisper, held against what the job really did. */
class CompatibilityTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir static Path folder;
  private static ServerAtWork server;

  @BeforeAll
  static void start() throws Exception {
    server =
        ServerAtWork.start(
            folder.resolve("data"), "folders.work=" + folder, "folders.sources=" + folder);
  }

  @AfterAll
  static void close() {
    server.close();
  }

  @Test
  void aJobTellsItsCourseInTheOldFields() throws Exception {
    HttpResponse<String> accepted =
        server.post(
            "/create_compilation",
            "{\"url\":\"sample:water\",\"target_words\":[\"rain\",\"people\"],\"padding_before\":0.5}");
    assertEquals(200, accepted.statusCode(), accepted.body());
    JsonNode answer = JSON.readTree(accepted.body());
    assertEquals(List.of("task_id", "video_title", "total_videos", "gpu_count"), names(answer));
    assertEquals("water.mp4", answer.get("video_title").asText());
    assertEquals(1, answer.get("total_videos").asInt());
    assertEquals(0, answer.get("gpu_count").asInt());

    String id = answer.get("task_id").asText();
    JsonNode job = server.end(id);
    JsonNode status = server.json("/status/" + id);
    assertEquals("completed", status.get("status").asText(), status.toString());
    assertEquals("compiling", status.get("stage").asText());
    assertEquals(1, status.get("current_video").asInt());
    assertEquals(1, status.get("total_videos").asInt());
    assertEquals("water.mp4", status.get("current_video_title").asText());
    assertEquals(0, status.get("gpu_count").asInt());
    assertEquals(0, status.get("segments_processing").asInt());
    assertEquals(job.at("/progress/segments").asInt(), status.get("segments_completed").asInt());
    assertEquals(job.at("/progress/segments").asInt(), status.get("total_segments").asInt());
    assertEquals(0, status.get("clips_downloading").asInt());
    assertEquals(job.get("clips").size(), status.get("clips_downloaded").asInt());
    assertEquals(1.0, status.get("transcription_progress").asDouble());
    assertEquals(job.get("matches").size(), status.get("word_count").asInt());
    assertEquals(job.get("matches").size(), status.get("words_found").size());
    assertEquals(
        job.at("/matches/0/startMs").asLong() / 1e3, status.at("/words_found/0/start").asDouble());
    assertEquals(job.get("clips").size(), status.get("clips_extracted").size());
    assertEquals(
        job.at("/clips/0/outEndMs").asLong() / 1e3,
        status.at("/clips_extracted/0/compilation_end").asDouble());
    double lengthS = job.at("/film/lengthMs").asLong() / 1e3;
    assertEquals(lengthS, status.get("compilation_length").asDouble());
    assertEquals(lengthS, status.get("final_duration").asDouble());
    assertEquals(false, status.get("early_termination").asBoolean());
    assertEquals("/download/" + id, status.get("compilation_path").asText());
    assertEquals("compilation.mp4", status.get("video_file").asText());
    assertEquals(0, status.get("errors").size());
    assertEquals(
        job.get("receivedAtMs").asLong() / 1e3, status.get("request_received_time").asDouble());
    assertEquals(job.get("startedAtMs").asLong() / 1e3, status.get("start_time").asDouble());
    assertEquals(job.get("endedAtMs").asLong() / 1e3, status.get("end_time").asDouble());
    double transcribingFrom = status.get("processing_start_time").asDouble();
    assertTrue(transcribingFrom >= status.get("start_time").asDouble(), status.toString());
    assertTrue(transcribingFrom <= status.get("end_time").asDouble(), status.toString());
    double tookS = (job.get("endedAtMs").asLong() - job.get("receivedAtMs").asLong()) / 1e3;
    assertEquals(tookS, status.get("elapsed_time").asDouble());
    assertEquals(tookS, status.get("total_request_time").asDouble());
    assertTrue(status.get("processing_time").asDouble() <= tookS);
    assertTrue(status.get("total_transcription_time").asDouble() > 0);

    JsonNode system = status.get("system");
    assertEquals(0, system.get("gpu_count").asInt());
    assertEquals(0, system.get("gpus_active").asInt());
    for (String map : List.of("models_per_gpu", "gpu_utilization", "gpu_memory_used")) {
      assertEquals("{}", system.get(map).toString());
    }
    JsonNode transcription = system.at("/pipeline_stages/transcription");
    assertEquals(0, transcription.get("active").asInt());
    assertEquals(0, transcription.get("queued").asInt());
    assertTrue(transcription.get("completed").asInt() >= 1);
    assertTrue(system.at("/performance_metrics/avg_transcription_speed").asDouble() > 0);
    assertTrue(system.at("/performance_metrics/pipeline_throughput").asDouble() > 0);
    assertTrue(system.at("/performance_metrics/total_request_time").asDouble() > 0);

    assertArrayEquals(
        server.get("/api/v1/jobs/" + id + "/compilation.mp4").body(),
        server.get("/download/" + id).body());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | No URL provided",
        "{\"url\":\" \",\"target_words\":[\"a\"]} | No URL provided",
        "{\"url\":\"sample:water\"} | No target words provided",
        "{\"url\":\"sample:water\",\"target_words\":[]} | No target words provided",
        "{\"url\":\"sample:nothing\",\"target_words\":[\"a\"]} | Could not extract video URLs",
        "{\"url\":\"ftp://example.org/a\",\"target_words\":[\"a\"]} | Could not extract video URLs"
      })
  void aRequestThatCannotBeServedIsAnsweredInTheOldSentences(String request, String sentence)
      throws Exception {
    HttpResponse<String> answer = server.post("/create_compilation", request);
    assertEquals(400, answer.statusCode(), answer.body());
    assertEquals(sentence, JSON.readTree(answer.body()).get("error").asText());
  }

  @Test
  void aSourceThatIsNoVideoIsAnErrorInTheOldSentence() throws Exception {
    Path text = Files.writeString(folder.resolve("notes.mp4"), "not a video");
    HttpResponse<String> accepted =
        server.post(
            "/create_compilation", "{\"url\":\"" + text + "\",\"target_words\":\"rain, people\"}");
    String id = JSON.readTree(accepted.body()).path("task_id").asText();
    server.end(id);
    JsonNode status = server.json("/status/" + id);
    assertEquals("error", status.get("status").asText());
    assertEquals("Failed to analyze: " + text, status.at("/errors/0").asText());
    assertTrue(status.get("compilation_path").isNull());
  }

  @Test
  void wordsThatNobodySaidEndAJobWithoutAFilm() throws Exception {
    HttpResponse<String> accepted =
        server.post(
            "/create_compilation",
            "{\"url\":\"sample:freedom\",\"target_words\":[\"hippopotamus\"]}");
    String id = JSON.readTree(accepted.body()).get("task_id").asText();
    server.end(id);
    JsonNode status = server.json("/status/" + id);
    assertEquals("completed", status.get("status").asText());
    assertEquals("No target words found in any video", status.at("/errors/0").asText());
    assertEquals(404, server.get("/download/" + id).statusCode());
  }

  @Test
  void aTaskThatNobodyMadeIsNotFound() throws Exception {
    assertEquals(404, server.get("/status/" + "0".repeat(32)).statusCode());
    assertEquals(404, server.get("/download/" + "0".repeat(32)).statusCode());
  }

  private static List<String> names(JsonNode node) {
    List<String> names = new ArrayList<>();
    node.fieldNames().forEachRemaining(names::add);
    return names;
  }
}
