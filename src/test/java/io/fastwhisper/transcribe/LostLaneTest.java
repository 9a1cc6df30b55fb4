package io.fastwhisper.transcribe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fastwhisper.bus.Addresses;
import io.fastwhisper.bus.BusCodec;
import io.fastwhisper.bus.Command;
import io.fastwhisper.bus.Event;
import io.fastwhisper.bus.HeardEvents;
import io.fastwhisper.cli.JavaProcess;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.Segment;
import io.fastwhisper.domain.TimeRange;
import io.fastwhisper.domain.TranscribeOptions;
import io.fastwhisper.domain.VideoId;
import io.fastwhisper.engine.DecodeSettings;
import io.fastwhisper.engine.LaneSettings;
import io.fastwhisper.engine.ModelSettings;
import io.fastwhisper.engine.ModelSidecar;
import io.fastwhisper.engine.Precision;
import io.fastwhisper.engine.SpeechSettings;
import io.fastwhisper.samples.SampleSound;
import io.fastwhisper.samples.SampleTalk;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A device whose lane runs out of memory, played by a program of its own: a library that is loaded
 * before all others gives the lane's thread none when the test says so.
 */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class LostLaneTest {
  private static final String DEVICE = "cpu";

  @TempDir Path folder;

  @Test
  void aDeviceWhoseLaneIsLostSaysSoAndOpensAnother() throws Exception {
    Path library = folder.resolve("libstarved_lane.so");
    assertEquals(
        "",
        run(
            new ProcessBuilder(
                "g++",
                "-std=c++20",
                "-shared",
                "-fPIC",
                "-Isrc/test/cpp",
                "-o",
                library.toString(),
                "src/test/cpp/starved_lane/starved_lane.cpp")));
    Path sound = SampleSound.extract(SampleTalk.WATER, Host.RANGE, folder.resolve("water.pcm"));
    List<String> command = JavaProcess.command();
    command.addAll(List.of(Host.class.getName(), sound.toString()));
    ProcessBuilder host = new ProcessBuilder(command);
    host.environment().put("LD_PRELOAD", library.toString());
    String said = run(host.redirectErrorStream(true));
    assertEquals(
        List.of("lease 1: a lane lost, passing", "lease 2: heard"),
        said.lines().filter(line -> line.startsWith("lease")).toList(),
        said);
  }

  /** A device of one lane: were no other opened, the second lease would never be answered. */
  public static final class Host {
    static final TimeRange RANGE = new TimeRange(0, 10_000);

    public static void main(String[] arguments) throws Exception {
      Path model = Path.of("models/ggml-demo.en-q8_0.bin").toAbsolutePath();
      DeviceSettings settings =
          new DeviceSettings(
              new ModelSettings(model, DEVICE, Precision.F32, ModelSidecar.alignmentHeads(model)),
              1,
              new LaneSettings(2, 1, 1, 1, true, false),
              SpeechSettings.DEFAULT,
              DecodeSettings.DEFAULT,
              50);
      Vertx vertx = Vertx.vertx();
      BusCodec.register(vertx.eventBus());
      HeardEvents heard = new HeardEvents(vertx);
      vertx
          .deployVerticle(new DeviceVerticle(settings), DeviceVerticle.deployment(DEVICE))
          .toCompletionStage()
          .toCompletableFuture()
          .get();
      new IntPointer(Loader.addressof("fastwhisper_starve_a_lane")).put(1);
      send(vertx, 1, arguments[0]);
      Event.TranscriptionFailed failed = heard.next(Event.TranscriptionFailed.class);
      System.out.println(
          "lease "
              + failed.lease()
              + (failed.laneLost() ? ": a lane lost, " : ": failed, ")
              + (failed.failure().permanent() ? "for good" : "passing"));
      send(vertx, 2, arguments[0]);
      Event.SegmentTranscribed done = heard.next(Event.SegmentTranscribed.class);
      System.out.println(
          "lease "
              + done.lease()
              + (done.transcript().words().isEmpty() ? ": nothing" : ": heard"));
      vertx.close().toCompletionStage().toCompletableFuture().get();
    }

    private static void send(Vertx vertx, long lease, String sound) {
      Segment segment =
          new Segment(
              new VideoId(JobId.random(), 0).segment(0),
              RANGE,
              new TimeRange(RANGE.startMs(), RANGE.startMs()),
              new TimeRange(RANGE.endMs(), RANGE.endMs()));
      vertx
          .eventBus()
          .send(
              Addresses.device(DEVICE),
              new Command.TranscribeSegment(
                  lease, 5, segment, Path.of(sound), new TranscribeOptions("auto", "", "", 1)));
    }
  }

  /** What a program says. */
  private static String run(ProcessBuilder builder) throws Exception {
    Process process = builder.start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return said;
  }
}
