package io.fastwhisper.download;

import io.fastwhisper.bus.Addresses;
import io.fastwhisper.bus.Command;
import io.fastwhisper.bus.Command.FetchSegment;
import io.fastwhisper.bus.Command.OpenVideo;
import io.fastwhisper.bus.Command.StopWork;
import io.fastwhisper.bus.Consumers;
import io.fastwhisper.bus.Event;
import io.fastwhisper.config.Configuration;
import io.fastwhisper.domain.Failure;
import io.fastwhisper.domain.SegmentId;
import io.fastwhisper.domain.Video;
import io.fastwhisper.domain.VideoId;
import io.fastwhisper.media.LookedInto;
import io.fastwhisper.media.Media;
import io.fastwhisper.media.MediaException;
import io.fastwhisper.media.Work;
import io.fastwhisper.media.WorkInHand;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Makes videos readable and fetches the sound of their segments. A URL is copied whole first: so
 * its address is vetted by us, seeking is exact, and segments and clips need no further connection.
 * How many fetches run at a time is the coordinator's to say. Runs on an event loop.
 */
public final class DownloadVerticle extends VerticleBase {
  /**
   * Name of a URL's copy in its video's folder: nothing that a server says becomes a file name.
   * Each try has its own, so that what is left of an earlier one cannot disturb it.
   */
  private static final String COPY = "source-%d.media";

  private final Media media;
  private final Configuration.Input limits;
  private final long stallMs;
  private WorkInHand work;
  private HttpDownload http;

  /**
   * @param stallMs longest time that a transfer may take without a byte
   */
  public DownloadVerticle(Media media, Configuration.Input limits, long stallMs) {
    this.media = media;
    this.limits = limits;
    this.stallMs = stallMs;
  }

  @Override
  public Future<?> start() {
    work = new WorkInHand(vertx, context, Addresses.DOWNLOAD);
    http =
        new HttpDownload(
            vertx,
            new HttpDownload.Limits(
                limits.maxDownloadBytes(),
                limits.connectTimeoutMs(),
                stallMs,
                limits.privateAddresses()));
    return Future.all(
        Consumers.register(vertx.eventBus(), Addresses.DOWNLOAD, Command.class, this::take)
            .completion(),
        Consumers.register(vertx.eventBus(), Addresses.STOP, StopWork.class, work::stop)
            .completion());
  }

  @Override
  public Future<?> stop() {
    work.stopAll();
    return http.close();
  }

  private void take(Command command) {
    if (command instanceof OpenVideo open) {
      open(open);
    } else if (command instanceof FetchSegment fetch) {
      fetch(fetch);
    } else {
      throw new IllegalArgumentException("the download does not take " + command);
    }
  }

  private void fetch(FetchSegment command) {
    SegmentId id = command.segment().id();
    work.take(
        id,
        id.clip(0),
        media.extractSound(command.video().file(), command.segment().range(), command.pcmFile()),
        samples -> new Event.SegmentFetched(id, samples, command.attempt()),
        failure ->
            new Event.FetchFailed(
                id, named(failure, command.video().location()), command.attempt()));
  }

  private void open(OpenVideo command) {
    VideoId id = command.video();
    String location = command.location().location();
    boolean remote =
        location.regionMatches(true, 0, "http://", 0, 7)
            || location.regionMatches(true, 0, "https://", 0, 8);
    Work<Video> opened =
        remote
            ? new CopiedVideo(
                command,
                command.folder().resolve(String.format(Locale.ROOT, COPY, command.attempt())))
            : mapped(
                media.look(Path.of(location)), looked -> video(command, Path.of(location), looked));
    work.take(
        id,
        id.segment(0).clip(0),
        opened,
        video -> new Event.VideoOpened(video, command.attempt()),
        failure -> new Event.VideoFailed(id, named(failure, location), command.attempt()));
  }

  /** The failure under the name that the user gave: the name of a copy says nothing. */
  private static Failure named(Failure failure, String location) {
    return new Failure(failure.what(), location, failure.remedy(), failure.permanent());
  }

  /** Refuses what cannot be searched. */
  private Video video(OpenVideo command, Path file, LookedInto looked) throws MediaException {
    String location = command.location().location();
    if (looked.facts().sound() == null) {
      throw new MediaException(
          Failure.permanent("has no sound", location, "Words can be found in sound only."));
    }
    if (looked.facts().durationMs() > limits.maxLengthMs()) {
      throw new MediaException(
          Failure.permanent(
              "is "
                  + looked.facts().durationMs()
                  + " ms long, more than the "
                  + limits.maxLengthMs()
                  + " ms allowed",
              location,
              "Raise input.max_length_ms."));
    }
    String title = looked.title().isBlank() ? command.location().title() : looked.title();
    return new Video(command.video(), location, title, file, looked.facts());
  }

  /** A step that may refuse. */
  private interface Step<A, B> {
    B apply(A value) throws MediaException;
  }

  private static <A, B> Work<B> mapped(Work<A> work, Step<A, B> step) {
    Future<B> result =
        work.result()
            .compose(
                value -> {
                  try {
                    return Future.succeededFuture(step.apply(value));
                  } catch (MediaException e) {
                    return Future.failedFuture(e);
                  }
                });
    return new Work<>() {
      @Override
      public Future<B> result() {
        return result;
      }

      @Override
      public long moves() {
        return work.moves();
      }

      @Override
      public void cancel() {
        work.cancel();
      }
    };
  }

  /** First the copy, then the look into it; a copy that is of no use does not stay. */
  private final class CopiedVideo implements Work<Video> {
    private final HttpDownload.Transfer transfer;
    private final Future<Video> result;
    private volatile Work<Video> look;

    CopiedVideo(OpenVideo command, Path copy) {
      transfer = http.begin(command.location().location(), copy);
      result =
          transfer
              .result()
              .recover(cause -> Future.failedFuture(asMediaException(cause)))
              .compose(
                  file -> {
                    look = mapped(media.look(file), looked -> video(command, file, looked));
                    return look.result();
                  })
              .onFailure(cause -> vertx.fileSystem().delete(copy.toString()));
    }

    @Override
    public Future<Video> result() {
      return result;
    }

    @Override
    public long moves() {
      Work<Video> after = look;
      return transfer.moves() + (after == null ? 0 : after.moves());
    }

    @Override
    public void cancel() {
      transfer.cancel();
      if (look != null) {
        look.cancel();
      }
    }

    private static Throwable asMediaException(Throwable cause) {
      return cause instanceof HttpDownload.Failed failed
          ? new MediaException(failed.failure())
          : cause;
    }
  }
}
