package io.fastwhisper.download;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.bus.Addresses;
import io.fastwhisper.bus.BusCodec;
import io.fastwhisper.bus.Command;
import io.fastwhisper.bus.Event;
import io.fastwhisper.bus.HeardEvents;
import io.fastwhisper.config.Configuration;
import io.fastwhisper.domain.ClipId;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.Segment;
import io.fastwhisper.domain.TimeRange;
import io.fastwhisper.domain.Video;
import io.fastwhisper.domain.VideoId;
import io.fastwhisper.domain.VideoLocation;
import io.fastwhisper.media.Media;
import io.fastwhisper.media.MediaLimits;
import io.fastwhisper.samples.SampleTalk;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class DownloadVerticleTest {
  private static final JobId JOB = JobId.random();
  private static final VideoId VIDEO = new VideoId(JOB, 0);

  @TempDir Path folder;
  private Vertx vertx;
  private Media media;
  private HeardEvents heard;

  @BeforeEach
  void deploy() throws Exception {
    vertx = Vertx.vertx();
    BusCodec.register(vertx.eventBus());
    media = Media.open(MediaLimits.DEFAULT);
    heard = new HeardEvents(vertx);
    Configuration.Input defaults = Configuration.DEFAULT.input();
    Configuration.Input limits =
        new Configuration.Input(
            true, defaults.connectTimeoutMs(), defaults.maxDownloadBytes(), defaults.maxLengthMs());
    await(vertx.deployVerticle(new DownloadVerticle(media, limits, 2_000)));
  }

  @AfterEach
  void close() throws Exception {
    await(vertx.close());
    media.close();
  }

  @Test
  void aLocalVideoIsOpenedWhereItLies() throws Exception {
    open(SampleTalk.WATER.video().toString());
    Video video = heard.next(Event.VideoOpened.class).video();
    assertEquals(SampleTalk.WATER.video(), video.file());
    assertEquals(640, video.facts().picture().width());
    assertTrue(video.durationMs() > 78_000 && video.durationMs() < 80_000, video.toString());
    assertFalse(Files.list(folder).findAny().isPresent());
  }

  @Test
  void aUrlIsCopiedAndOpened() throws Exception {
    open(serve(SampleTalk.WATER.video()));
    Video video = heard.next(Event.VideoOpened.class).video();
    assertArrayEquals(
        Files.readAllBytes(SampleTalk.WATER.video()), Files.readAllBytes(video.file()));
    assertTrue(video.file().startsWith(folder));
  }

  @Test
  void aUrlOfSomethingElseFailsAndLeavesNothing() throws Exception {
    String url = serve(Path.of("pom.xml").toAbsolutePath());
    open(url);
    Event.VideoFailed failed = heard.next(Event.VideoFailed.class);
    assertEquals(url, failed.failure().where());
    assertTrue(failed.failure().permanent(), failed.toString());
    awaitEmpty(folder);
  }

  @Test
  void aSegmentsSoundHasSixteenSamplesAMillisecond() throws Exception {
    open(SampleTalk.BREAD.video().toString());
    Video video = heard.next(Event.VideoOpened.class).video();
    TimeRange range = new TimeRange(10_000, 12_500);
    Segment segment =
        new Segment(
            VIDEO.segment(1), range, new TimeRange(10_000, 10_000), new TimeRange(12_500, 12_500));
    Path pcm = folder.resolve("1.pcm");
    send(new Command.FetchSegment(segment, video, pcm, 1));
    assertEquals(2_500 * 16, heard.next(Event.SegmentFetched.class).samples());
    assertEquals(2_500 * 16 * 4, Files.size(pcm));
  }

  @Test
  void workThatIsCalledOffIsNotAnsweredAndOtherWorkIs() throws Exception {
    HttpServer hanging =
        await(vertx.createHttpServer().requestHandler(request -> {}).listen(0, "127.0.0.1"));
    open("http://127.0.0.1:" + hanging.actualPort() + "/talk.mp4");
    vertx.eventBus().publish(Addresses.STOP, new Command.StopWork(new ClipId(JOB, 0, 0, 0)));
    send(
        new Command.OpenVideo(
            new VideoId(JOB, 1), location(SampleTalk.WATER.video().toString()), folder, 1));
    assertEquals(1, heard.next(Event.VideoOpened.class).video().id().video());
    awaitEmpty(folder);
  }

  private void open(String location) {
    send(new Command.OpenVideo(VIDEO, location(location), folder, 1));
  }

  private static VideoLocation location(String location) {
    return new VideoLocation(location, "talk");
  }

  private void send(Command command) {
    vertx.eventBus().send(Addresses.DOWNLOAD, command);
  }

  private String serve(Path file) throws Exception {
    HttpServer server =
        await(
            vertx
                .createHttpServer()
                .requestHandler(r -> r.response().sendFile(file.toString()))
                .listen(0, "127.0.0.1"));
    return "http://127.0.0.1:" + server.actualPort() + "/talk.mp4";
  }

  /** The copy is deleted a moment after the event is sent. */
  private void awaitEmpty(Path folder) throws Exception {
    while (true) {
      try (var files = Files.list(folder)) {
        if (files.findAny().isEmpty()) {
          return;
        }
      }
      Thread.onSpinWait();
    }
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get();
  }
}
