package io.fastwhisper.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.domain.Failure;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.JobOptions;
import io.fastwhisper.domain.JobRequest;
import io.fastwhisper.domain.JobStage;
import io.fastwhisper.domain.JobStatus;
import io.fastwhisper.domain.Source;
import io.fastwhisper.domain.VideoProgress.State;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotNewsTest {
  private static final JobId ID = JobId.random();
  private static final JobRequest REQUEST =
      JobRequest.of(List.of("a.mp4"), List.of("rain"), JobOptions.DEFAULT);

  private final JobJson json =
      new JobJson(
          new WebSettings.ModelFacts("demo", true, ""), new PathVeil(List.of(Path.of("/data"))));
  private final FeedLog log = new FeedLog(0);
  private final SnapshotNews news = new SnapshotNews(log, json);

  /** Whoever has read the whole feed knows what the job's last snapshot says. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void theFeedOfAJobAddsUpToItsEnd(long seed) {
    Random random = new Random(seed);
    Snapshots job = Snapshots.of(ID).stage(JobStage.INITIALIZING).video(0, State.OPENING, 0);
    List<Long> times = new ArrayList<>();
    int videos = 1;
    for (int step = 0; step < 300; step++) {
      switch (random.nextInt(6)) {
        case 0 -> job.video(videos++, State.OPENING, 0);
        case 1 -> job.video(random.nextInt(videos), State.OPEN, random.nextInt(10));
        case 2 -> {
          long time = 1 + random.nextInt(1_000_000);
          if (!times.contains(time)) {
            times.add(time);
            job.match(random.nextInt(videos), time);
          }
        }
        case 3 -> job.clip();
        case 4 -> job.failure(0, Failure.passing("failed " + step, "somewhere"));
        default -> job.stage(JobStage.values()[random.nextInt(JobStage.values().length)]);
      }
      if (random.nextBoolean()) {
        take(job);
      }
    }
    take(job.status(JobStatus.COMPLETED));

    JsonObject end = json.job(view(job));
    assertEquals(sorted(end.getJsonArray("matches").stream().toList()), sorted(all("match")));
    assertEquals(end.getJsonArray("clips"), new JsonArray(all("clip")));
    assertEquals(end.getJsonArray("failures"), new JsonArray(all("failure")));
    TreeMap<Integer, Object> told = new TreeMap<>();
    all("video").forEach(video -> told.put(((JsonObject) video).getInteger("video"), video));
    assertEquals(end.getJsonArray("videos"), new JsonArray(List.copyOf(told.values())));
    List<Object> stages = all("stage");
    assertEquals(
        end.getString("stage"), ((JsonObject) stages.get(stages.size() - 1)).getString("stage"));
    assertEquals(List.of(end.getJsonObject("progress")), all("progress"));
    assertEquals(1, all("end").size());
    assertTrue(log.ended());
  }

  @Test
  void eachStateOfAVideoIsToldAlsoToWhoComesLate() {
    Snapshots job = Snapshots.of(ID);
    take(job.video(0, State.OPENING, 0));
    for (int segments = 0; segments <= 10; segments++) {
      take(job.video(0, State.OPEN, segments));
    }
    take(job.video(0, State.FAILED, 10));
    assertEquals(
        List.of("opening", "open", "failed"),
        all("video").stream().map(video -> ((JsonObject) video).getString("state")).toList());
  }

  @Test
  void noPathOfTheServerIsTold() {
    JobRequest request =
        new JobRequest(
            List.of(new Source(0, "upload:1f", "/data/uploads/1f/content", "talk.mp4")),
            REQUEST.targets(),
            REQUEST.options());
    Snapshots job =
        Snapshots.of(ID)
            .failure(
                0,
                Failure.permanent(
                    "/data/uploads/1f/content: no sound; see /data/jobs/x/y.log (1 byte)",
                    "/data/uploads/1f/content",
                    "Look at \"/data/z\"."));
    news.take(new JobView(ID, 1, request, job.build()));
    JsonObject failure = (JsonObject) all("failure").get(0);
    assertEquals("upload:1f", failure.getString("where"));
    assertEquals(
        "upload:1f: no sound; see a file of the server (1 byte)", failure.getString("what"));
    assertEquals("Look at \"a file of the server\".", failure.getString("remedy"));
  }

  private void take(Snapshots job) {
    news.take(view(job));
  }

  private static JobView view(Snapshots job) {
    return new JobView(ID, 1, REQUEST, job.build());
  }

  private List<Object> all(String name) {
    return log.after(log.beginning(), Integer.MAX_VALUE).stream()
        .filter(event -> event.name().equals(name))
        .map(event -> (Object) new JsonObject(event.data()))
        .collect(Collectors.toList());
  }

  private static List<String> sorted(List<Object> values) {
    return values.stream().map(String::valueOf).sorted().toList();
  }
}
