package io.fastwhisper.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.bus.Addresses;
import io.fastwhisper.bus.BusCodec;
import io.fastwhisper.bus.Command;
import io.fastwhisper.bus.Command.FilmPart;
import io.fastwhisper.bus.Event;
import io.fastwhisper.bus.HeardEvents;
import io.fastwhisper.cut.CutVerticle;
import io.fastwhisper.domain.Clip;
import io.fastwhisper.domain.ClipId;
import io.fastwhisper.domain.CutFile;
import io.fastwhisper.domain.FilmFormat;
import io.fastwhisper.domain.FilmFormat.FilmPicture;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.Match;
import io.fastwhisper.domain.TimeRange;
import io.fastwhisper.domain.Video;
import io.fastwhisper.domain.VideoId;
import io.fastwhisper.media.Media;
import io.fastwhisper.media.MediaLimits;
import io.fastwhisper.samples.SampleTalk;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class CutAndCompileTest {
  private static final JobId JOB = JobId.random();
  private static final FilmFormat FORMAT =
      new FilmFormat(new FilmPicture(640, 360, 25, 1), 44_100, 1);

  @TempDir Path folder;
  private Vertx vertx;
  private Media media;
  private HeardEvents heard;
  private Video video;

  @BeforeEach
  void deploy() throws Exception {
    vertx = Vertx.vertx();
    BusCodec.register(vertx.eventBus());
    media = Media.open(MediaLimits.DEFAULT);
    heard = new HeardEvents(vertx);
    await(vertx.deployVerticle(new CutVerticle(media)));
    await(vertx.deployVerticle(new CompileVerticle(media)));
    Path file = SampleTalk.WATER.video();
    video =
        new Video(
            new VideoId(JOB, 0),
            file.toString(),
            "Water",
            file,
            await(media.look(file).result()).facts());
  }

  @AfterEach
  void close() throws Exception {
    await(vertx.close());
    media.close();
  }

  @Test
  void clipsThatAreCutBecomeAFilmInTheOrderOfItsParts() throws Exception {
    List<Clip> clips =
        List.of(clip(0, 10_000, 11_000), clip(1, 30_000, 30_520), clip(2, 50_000, 50_040));
    clips.forEach(clip -> cut(clip, video));
    List<CutFile> files = new ArrayList<>();
    for (int i = 0; i < clips.size(); i++) {
      files.add(heard.next(Event.ClipCut.class).clip());
    }
    files.sort(Comparator.comparing(CutFile::id));
    assertEquals(List.of(1_000L, 520L, 40L), files.stream().map(CutFile::lengthMs).toList());

    List<FilmPart> parts = new ArrayList<>();
    for (int i = clips.size() - 1; i >= 0; i--) {
      parts.add(new FilmPart(clips.get(i), files.get(i), "Water"));
    }
    Path film = folder.resolve("film.mp4");
    vertx.eventBus().send(Addresses.COMPILE, new Command.JoinFilm(JOB, parts, FORMAT, film, 1));
    Event.CompilationReady ready = heard.next(Event.CompilationReady.class);
    assertEquals(film, ready.film());
    assertEquals(1_560, ready.lengthMs());
    assertEquals(
        List.of(new TimeRange(0, 40), new TimeRange(40, 560), new TimeRange(560, 1_560)),
        ready.clips().stream().map(clip -> clip.outRange()).toList());
    assertEquals(1_560, await(media.look(film).result()).facts().durationMs(), 30);
  }

  @Test
  void aClipThatIsAskedForAgainIsCutAnewUndisturbedByTheTryBefore() throws Exception {
    Clip clip = clip(0, 10_000, 14_000);
    for (int attempt = 1; attempt <= 3; attempt++) {
      vertx
          .eventBus()
          .send(Addresses.CUT, new Command.CutClip(clip, video, FORMAT, clipFile(clip), attempt));
    }
    assertEquals(3, heard.next(Event.ClipCut.class).attempt());
    assertEquals(4_000, await(media.look(clipFile(clip)).result()).facts().durationMs());
    vertx.close().toCompletionStage().toCompletableFuture().get();
    media.close();
    try (var files = Files.list(folder)) {
      assertEquals(List.of(clipFile(clip)), files.toList());
    }
  }

  @Test
  void aClipThatCannotBeCutIsToldAndLeavesNoFile() throws Exception {
    Path gone = folder.resolve("gone.mp4");
    Clip clip = clip(0, 0, 1_000);
    cut(clip, new Video(video.id(), gone.toString(), "Gone", gone, video.facts()));
    Event.ClipFailed failed = heard.next(Event.ClipFailed.class);
    assertEquals(clip.id(), failed.clip());
    assertEquals("no such file", failed.failure().what());
    assertTrue(failed.failure().permanent());
    assertNothingIn(folder);
  }

  @Test
  void aFilmOfWhichAPartIsMissingFailsAndLeavesNoFile() throws Exception {
    Clip clip = clip(0, 0, 1_000);
    CutFile missing = new CutFile(clip.id(), folder.resolve("missing"), clip.range());
    Path film = folder.resolve("film.mp4");
    vertx
        .eventBus()
        .send(
            Addresses.COMPILE,
            new Command.JoinFilm(
                JOB, List.of(new FilmPart(clip, missing, "Water")), FORMAT, film, 1));
    assertTrue(heard.next(Event.CompilationFailed.class).failure().where().endsWith("film.mp4"));
    assertNothingIn(folder);
  }

  @Test
  void whatIsCalledOffIsNotAnsweredAndWhatLiesBeforeItIs() throws Exception {
    for (int i = 0; i < 3; i++) {
      cut(clip(i, 0, 20_000), video);
    }
    vertx.eventBus().publish(Addresses.STOP, new Command.StopWork(new ClipId(JOB, 0, 0, 1)));
    assertEquals(0, heard.next(Event.ClipCut.class).clip().id().clip());
    // Behind the stop: its answer would come after those of the clips that were called off.
    cut(clip(3, 0, 40), video);
    assertEquals(3, heard.next(Event.ClipCut.class).clip().id().clip());
    assertFalse(Files.exists(clipFile(clip(1, 0, 40))));
  }

  private void cut(Clip clip, Video from) {
    vertx
        .eventBus()
        .send(Addresses.CUT, new Command.CutClip(clip, from, FORMAT, clipFile(clip), 1));
  }

  private Path clipFile(Clip clip) {
    return folder.resolve(clip.id().toString());
  }

  private static Clip clip(int number, long startMs, long endMs) {
    ClipId id = new ClipId(JOB, 0, 0, number);
    return new Clip(
        id,
        new TimeRange(startMs, endMs),
        List.of(new Match("water", id.segmentId(), "water", startMs, endMs, 1)));
  }

  private static void assertNothingIn(Path folder) throws Exception {
    try (var files = Files.list(folder)) {
      assertEquals(List.of(), files.toList());
    }
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get();
  }
}
