package io.fastwhisper.cli;

import io.fastwhisper.compile.CompileVerticle;
import io.fastwhisper.compile.OrderingVerticle;
import io.fastwhisper.config.Configuration;
import io.fastwhisper.cut.CutVerticle;
import io.fastwhisper.download.DownloadVerticle;
import io.fastwhisper.engine.NativeCore;
import io.fastwhisper.job.Pipeline.Room;
import io.fastwhisper.media.Media;
import io.fastwhisper.media.MediaException;
import io.fastwhisper.media.MediaLimits;
import io.fastwhisper.source.SourceVerticle;
import io.fastwhisper.transcribe.DeviceVerticle;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The rooms that a job passes, the same for one job of the command line and for the server. */
record Rooms(Media media, List<Room> list) implements AutoCloseable {

  /** Makes ffmpeg ready. */
  private interface MediaDoor {
    Media open(MediaLimits limits) throws MediaException;
  }

  /**
   * Makes ffmpeg ready; the rooms are not deployed yet. Its children end when the process is told
   * to. Blocks.
   */
  static Rooms open(Configuration configuration, ModelChoice model, DeviceChoice devices)
      throws IOException {
    return open(configuration, model, devices, Media::open);
  }

  /**
   * As {@link #open(Configuration, ModelChoice, DeviceChoice)}; children end by {@link #close}
   * alone.
   *
   * @param folder for what is needed while this is open
   */
  static Rooms open(
      Configuration configuration, ModelChoice model, DeviceChoice devices, Path folder)
      throws IOException {
    return open(configuration, model, devices, limits -> Media.open(limits, folder));
  }

  private static Rooms open(
      Configuration configuration, ModelChoice model, DeviceChoice devices, MediaDoor door)
      throws IOException {
    Duration stall = Duration.ofSeconds(configuration.stages().stageTimeoutS());
    Media media;
    try {
      media = door.open(MediaLimits.withStall(stall));
    } catch (MediaException e) {
      throw new IOException("ffmpeg does not start: " + e.getMessage(), e);
    }
    try {
      List<Room> rooms = new ArrayList<>();
      rooms.add(Room.of(new SourceVerticle()));
      rooms.add(Room.of(new DownloadVerticle(media, configuration.input(), stall.toMillis())));
      rooms.add(Room.of(new CutVerticle(media)));
      rooms.add(Room.of(new OrderingVerticle()));
      rooms.add(Room.of(new CompileVerticle(media)));
      for (NativeCore.Device device : devices.devices()) {
        rooms.add(
            new Room(
                new DeviceVerticle(EngineSettings.of(configuration, model, device)),
                DeviceVerticle.deployment(device.id())));
      }
      return new Rooms(media, List.copyOf(rooms));
    } catch (IOException | RuntimeException e) {
      media.close();
      throw e;
    }
  }

  /** Kills what children still run. */
  @Override
  public void close() {
    media.close();
  }

  /** Waits, on a thread that is no event loop. */
  static <T> T await(Future<T> future) throws IOException, InterruptedException {
    try {
      return future.toCompletionStage().toCompletableFuture().get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IOException(e.getCause().getMessage(), e.getCause());
    }
  }

  /** Waits for a step of the end; the next one is taken in any case. */
  static void finish(Future<?> step, long limitMs) {
    try {
      step.toCompletionStage().toCompletableFuture().get(limitMs, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      System.err.println("fastwhisper: did not end cleanly: " + e);
    }
  }
}
