package io.fastwhisper.transcribe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.bus.Addresses;
import io.fastwhisper.bus.BusCodec;
import io.fastwhisper.bus.Command;
import io.fastwhisper.bus.Event;
import io.fastwhisper.bus.HeardEvents;
import io.fastwhisper.bus.Reply;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.Segment;
import io.fastwhisper.domain.SegmentId;
import io.fastwhisper.domain.TimeRange;
import io.fastwhisper.domain.TranscribeOptions;
import io.fastwhisper.domain.Transcript;
import io.fastwhisper.domain.VideoId;
import io.fastwhisper.domain.Word;
import io.fastwhisper.engine.DecodeSettings;
import io.fastwhisper.engine.LaneSettings;
import io.fastwhisper.engine.ModelSettings;
import io.fastwhisper.engine.ModelSidecar;
import io.fastwhisper.engine.Precision;
import io.fastwhisper.engine.SpeechSettings;
import io.fastwhisper.samples.SampleSound;
import io.fastwhisper.samples.SampleTalk;
import io.fastwhisper.samples.SpeechScore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The CPU's worker on a real bus, with the bundled model. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class DeviceVerticleTest {
  private static final Path MODEL = Path.of("models/ggml-demo.en-q8_0.bin").toAbsolutePath();
  private static final String DEVICE = "cpu";
  private static final int LANES = 2;
  private static final LaneSettings LANE = new LaneSettings(2, 1, 1, 1, true, false);
  private static final VideoId VIDEO = new VideoId(JobId.random(), 0);
  private static final List<SampleTalk> TALKS = List.of(SampleTalk.BREAD, SampleTalk.WATER);

  /** Two windows' worth. */
  private static final TimeRange RANGE = new TimeRange(15_000, 50_000);

  /** The lanes of these tests hold no beams. */
  private static final TranscribeOptions GREEDY = new TranscribeOptions("auto", "", "", 1);

  @TempDir static Path folder;
  private Vertx vertx;
  private HeardEvents heard;

  @BeforeAll
  static void extract() throws Exception {
    for (SampleTalk talk : TALKS) {
      SampleSound.extract(talk, RANGE, sound(talk));
    }
  }

  @BeforeEach
  void deploy() throws Exception {
    vertx = Vertx.vertx();
    BusCodec.register(vertx.eventBus());
    heard = new HeardEvents(vertx);
    await(
        vertx.deployVerticle(
            new DeviceVerticle(settings(MODEL)), DeviceVerticle.deployment(DEVICE)));
  }

  @AfterEach
  void close() throws Exception {
    await(vertx.close());
  }

  @Test
  void announcesItselfAndAPlaceForEachWindowOfItsLanesAndOneForAJobThatHasNone() throws Exception {
    Event.DeviceReady ready = heard.next(Event.DeviceReady.class);
    Event.PlacesFree free = heard.next(Event.PlacesFree.class);
    assertEquals(DEVICE, ready.device());
    assertEquals(ready.worker(), free.worker());
    assertEquals(LANES * LANE.batch() + 1, free.places());
    Event.LeaseHeartbeat idle = heard.next(Event.LeaseHeartbeat.class);
    assertEquals(ready.worker(), idle.worker());
    assertEquals(List.of(), idle.leases());
  }

  @Test
  void transcribesASegmentOnTheTimeLineOfItsSource() throws Exception {
    send(transcribe(7, SampleTalk.BREAD, 0));
    Event.SegmentTranscribed done = heard.next(Event.SegmentTranscribed.class);
    assertEquals(7, done.lease());
    assertEquals(VIDEO.segment(0), done.segment());
    assertTrue(
        RANGE.startMs() <= done.startBorderMs() && done.startBorderMs() <= RANGE.startMs() + 2_000,
        done.toString());
    assertTrue(
        RANGE.endMs() - 2_000 <= done.endBorderMs() && done.endBorderMs() <= RANGE.endMs(),
        done.toString());
    List<Word> words = done.transcript().words();
    assertTrue(
        words.stream()
            .allMatch(word -> word.startMs() >= RANGE.startMs() && word.endMs() <= RANGE.endMs()));
    SpeechScore score = SpeechScore.of(words, wholeWordsOf(SampleTalk.BREAD));
    assertTrue(score.wordErrorRate() < 0.15, score.toString());
    assertEquals("en", done.transcript().language());
  }

  @Test
  void leasesThatShareTheLanesHearWhatEachHearsAlone() throws Exception {
    Map<Integer, Transcript> alone = new HashMap<>();
    for (SampleTalk talk : TALKS) {
      send(transcribe(talk.ordinal(), talk, talk.ordinal()));
      alone.put(talk.ordinal(), heard.next(Event.SegmentTranscribed.class).transcript());
    }
    for (SampleTalk talk : TALKS) {
      send(transcribe(10 + talk.ordinal(), talk, talk.ordinal()));
    }
    for (int i = 0; i != TALKS.size(); ++i) {
      Event.SegmentTranscribed together = heard.next(Event.SegmentTranscribed.class);
      assertEquals(10 + together.segment().segment(), together.lease());
      assertEquals(alone.get(together.segment().segment()), together.transcript());
    }
  }

  @Test
  void theWindowsOfAJobThatComesLaterTakeTurnsWithThoseThatWait() throws Exception {
    int last = 7;
    for (int i = 0; i <= last; i++) {
      send(transcribe(1 + i, SampleTalk.BREAD, i));
    }
    VideoId later = new VideoId(JobId.random(), 0);
    send(transcribe(100, sound(SampleTalk.WATER), later.segment(99), GREEDY));
    Set<Long> answered = new HashSet<>();
    while (!answered.contains(100L)) {
      answered.add(heard.next(Event.SegmentTranscribed.class).lease());
    }
    assertFalse(answered.contains(1L + last), answered.toString());
  }

  @Test
  void aHeartbeatNamesTheLeasesInWork() throws Exception {
    send(transcribe(1, SampleTalk.BREAD, 0));
    send(transcribe(2, SampleTalk.WATER, 1));
    Event.LeaseHeartbeat beat = heard.next(Event.LeaseHeartbeat.class);
    while (!beat.leases().equals(List.of(1L, 2L))) {
      beat = heard.next(Event.LeaseHeartbeat.class);
    }
    heard.next(Event.SegmentTranscribed.class);
    heard.next(Event.SegmentTranscribed.class);
    beat = heard.next(Event.LeaseHeartbeat.class);
    while (!beat.leases().isEmpty()) {
      beat = heard.next(Event.LeaseHeartbeat.class);
    }
    assertTrue(beat.windowsDone() >= 2, beat.toString());
  }

  @Test
  void aWithdrawnLeaseIsNotAnsweredAndTheNextIs() throws Exception {
    send(transcribe(1, SampleTalk.BREAD, 0));
    send(new Command.WithdrawLease(1));
    send(transcribe(2, SampleTalk.WATER, 1));
    assertEquals(2, heard.next(Event.SegmentTranscribed.class).lease());
    send(new Command.WithdrawLease(1));
    send(transcribe(3, SampleTalk.BREAD, 2));
    assertEquals(3, heard.next(Event.SegmentTranscribed.class).lease());
  }

  @Test
  void givesThePlaceOfEachEndedLeaseBack() throws Exception {
    assertEquals(LANES * LANE.batch() + 1, heard.next(Event.PlacesFree.class).places());
    send(transcribe(1, folder.resolve("missing.pcm"), 0, GREEDY));
    assertEquals(1, heard.next(Event.PlacesFree.class).places());
    send(transcribe(2, SampleTalk.BREAD, 1));
    send(new Command.WithdrawLease(2));
    assertEquals(1, heard.next(Event.PlacesFree.class).places());
  }

  @Test
  void soundThatIsNotThereFailsItsLeaseAloneAndMayBeTriedAgain() throws Exception {
    send(transcribe(1, folder.resolve("missing.pcm"), 0, GREEDY));
    Event.TranscriptionFailed failed = heard.next(Event.TranscriptionFailed.class);
    assertEquals(1, failed.lease());
    assertFalse(failed.failure().permanent());
    assertFalse(failed.laneLost());
    send(transcribe(2, SampleTalk.WATER, 1));
    assertEquals(2, heard.next(Event.SegmentTranscribed.class).lease());
  }

  @Test
  void aLanguageThatTheModelDoesNotKnowFailsForGood() throws Exception {
    send(transcribe(1, sound(SampleTalk.WATER), 0, new TranscribeOptions("xx", "", "", 1)));
    Event.TranscriptionFailed failed = heard.next(Event.TranscriptionFailed.class);
    assertTrue(failed.failure().permanent(), failed.toString());
    assertFalse(failed.laneLost());
  }

  @Test
  void aSilentSegmentHasAnEmptyTranscript() throws Exception {
    Path silence =
        Files.write(
            folder.resolve("silence.pcm"), new byte[(int) RANGE.lengthMs() * 16 * Float.BYTES]);
    send(transcribe(1, silence, 0, GREEDY));
    Event.SegmentTranscribed done = heard.next(Event.SegmentTranscribed.class);
    assertEquals(List.of(), done.transcript().cues());
  }

  @Test
  void stopsWhileWindowsAreInWork() throws Exception {
    send(transcribe(1, SampleTalk.BREAD, 0));
    send(transcribe(2, SampleTalk.WATER, 1));
    Event.LeaseHeartbeat beat = heard.next(Event.LeaseHeartbeat.class);
    while (beat.leases().isEmpty()) {
      beat = heard.next(Event.LeaseHeartbeat.class);
    }
    await(vertx.close());
  }

  @Test
  void aTrialHearsSpeechAheadOfLeasesAndTakesNoneOfTheirPlaces() throws Exception {
    assertEquals(LANES * LANE.batch() + 1, heard.next(Event.PlacesFree.class).places());
    send(transcribe(1, SampleTalk.BREAD, 0));
    Reply.DeviceTried tried = tryDevice(sound(SampleTalk.WATER));
    assertTrue(tried.transcript().words().size() > 20, tried.toString());
    assertEquals(1, heard.next(Event.PlacesFree.class).places());
    assertEquals(1, heard.next(Event.SegmentTranscribed.class).lease());
    tryDevice(sound(SampleTalk.WATER));
    send(transcribe(2, SampleTalk.WATER, 1));
    Event next = heard.next(Event.class);
    while (next instanceof Event.LeaseHeartbeat beat) {
      assertTrue(beat.leases().isEmpty() || beat.leases().equals(List.of(2L)), beat.toString());
      next = heard.next(Event.class);
    }
    assertEquals(new Event.PlacesFree(DEVICE, worker(next), 1), next);
    assertEquals(2, heard.next(Event.SegmentTranscribed.class).lease());
  }

  @Test
  void aTrialWithoutSoundFailsAndTheDeviceGoesOn() throws Exception {
    ExecutionException failed =
        assertThrows(ExecutionException.class, () -> tryDevice(folder.resolve("missing.pcm")));
    assertTrue(failed.getMessage().contains("missing.pcm"), failed.getMessage());
    assertTrue(tryDevice(sound(SampleTalk.BREAD)).transcript().words().size() > 20);
  }

  @Test
  void doesNotStartWithoutAModel() {
    DeviceVerticle worker = new DeviceVerticle(settings(folder.resolve("missing.bin")));
    ExecutionException failed =
        assertThrows(
            ExecutionException.class,
            () -> await(vertx.deployVerticle(worker, DeviceVerticle.deployment("another"))));
    assertTrue(failed.getMessage().contains("missing.bin"), failed.getMessage());
  }

  private static DeviceSettings settings(Path model) {
    try {
      ModelSettings onCpu =
          new ModelSettings(model, DEVICE, Precision.AUTO, ModelSidecar.alignmentHeads(model));
      return new DeviceSettings(
          onCpu, LANES, LANE, SpeechSettings.DEFAULT, DecodeSettings.DEFAULT, 50);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static Path sound(SampleTalk talk) {
    return folder.resolve(talk.title() + ".pcm");
  }

  private static List<SampleTalk.TrueWord> wholeWordsOf(SampleTalk talk) {
    return talk.words().stream()
        .filter(word -> word.startMs() >= RANGE.startMs() && word.endMs() <= RANGE.endMs())
        .toList();
  }

  private static Command transcribe(long lease, SampleTalk talk, int segment) {
    return transcribe(lease, sound(talk), segment, GREEDY);
  }

  private static Command transcribe(
      long lease, Path pcmFile, int segment, TranscribeOptions options) {
    return transcribe(lease, pcmFile, VIDEO.segment(segment), options);
  }

  private static Command transcribe(
      long lease, Path pcmFile, SegmentId segment, TranscribeOptions options) {
    TimeRange startZone = new TimeRange(RANGE.startMs(), RANGE.startMs() + 2_000);
    TimeRange endZone = new TimeRange(RANGE.endMs() - 2_000, RANGE.endMs());
    Segment whole = new Segment(segment, RANGE, startZone, endZone);
    return new Command.TranscribeSegment(lease, 5, whole, pcmFile, options);
  }

  private static String worker(Event event) {
    return event instanceof Event.PlacesFree free ? free.worker() : "";
  }

  private Reply.DeviceTried tryDevice(Path pcmFile) throws Exception {
    Command attempt = new Command.TryDevice(pcmFile, RANGE.lengthMs());
    return await(
        vertx
            .eventBus()
            .<Reply.DeviceTried>request(Addresses.device(DEVICE), attempt)
            .map(Message::body));
  }

  private void send(Command command) {
    vertx.eventBus().send(Addresses.device(DEVICE), command);
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }
}
