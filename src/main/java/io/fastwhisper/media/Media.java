package io.fastwhisper.media;

import io.fastwhisper.domain.Clip;
import io.fastwhisper.domain.FilmFormat;
import io.fastwhisper.domain.TimeRange;
import io.fastwhisper.domain.Video;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The door to ffmpeg. Nothing here blocks the caller except {@link #open} and {@link #close}. Each
 * piece of work takes a thread of this room and a child process at once: how many run at a time is
 * the caller's to bound. Safe for use by several threads.
 *
 * <p>Files are written under another name in the same folder and appear under their own when they
 * are whole; what a failed or cancelled piece of work has begun is removed.
 */
public final class Media implements AutoCloseable {
  /** Of the PCM that {@link #extractSound} writes. */
  public static final int PCM_RATE_HZ = 16_000;

  private final ChildProcesses children;
  private final ExecutorService threads;
  private final MediaProbe probe;
  private final SoundExtractor extractor;
  private final ClipCutter cutter;
  private final FilmJoiner joiner;

  private Media(ChildProcesses children) {
    this.children = children;
    this.threads = Executors.newCachedThreadPool(ChildProcesses.daemonThreads("fastwhisper-media"));
    this.probe = new MediaProbe(children);
    this.extractor = new SoundExtractor(children);
    this.cutter = new ClipCutter(children);
    this.joiner = new FilmJoiner(children);
  }

  /**
   * Makes the bundled ffmpeg ready. Blocks: about a second the first time, when it is unpacked.
   *
   * @throws MediaException where it does not start on this machine
   */
  public static Media open(MediaLimits limits) throws MediaException {
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    return new Media(new ChildProcesses(limits, temporary, true));
  }

  /**
   * As {@link #open(MediaLimits)}, for whoever has an order of its own in which things end: when
   * the process is told to end, children go on until {@link #close}.
   *
   * @param folder where this room's own folder is made, which goes at the end; a process that is
   *     killed leaves it
   */
  public static Media open(MediaLimits limits, Path folder) throws MediaException {
    return new Media(new ChildProcesses(limits, folder, false));
  }

  /** The version of ffmpeg, as it names itself. */
  public String version() {
    return children.ffmpeg().version();
  }

  /** True where stand-ins take the place of sound and screen libraries that this machine lacks. */
  public boolean usesStandIns() {
    return children.ffmpeg().usesStandIns();
  }

  /**
   * Looks into a file: what it is by its content, and its facts. Fails where it is no media file
   * that is taken.
   */
  public Work<LookedInto> look(Path file) {
    return begin(control -> probe.look(file, control));
  }

  /**
   * Writes a range of a file's first audio track as raw PCM: 32-bit little-endian float, 16 kHz,
   * mono. The first sample is the sound at the range's start, time 0 being where the earliest track
   * of the file begins; there are exactly 16 samples for each millisecond, silence where the track
   * has nothing. The same range gives the same bytes, and overlapping ranges agree (to the bit
   * where the container's time stamps are exact to a sample, as in mp4, wav, flac, mp3, ogg; within
   * 1 ms in matroska and webm).
   *
   * @return number of samples
   */
  public Work<Long> extractSound(Path file, TimeRange range, Path pcmFile) {
    return begin(control -> extractor.extract(file, range, pcmFile, control));
  }

  /**
   * Cuts a clip into the film's format: H.264 and PCM in a QuickTime file, or PCM alone where the
   * film has no picture. A clip begins where a picture of the source does and lasts whole frames,
   * so that picture and sound agree. Each frame is what the source shows in the middle of that
   * frame's time; the sound begins with the first frame, to a sample.
   *
   * @return what of the source the clip holds, to a millisecond, at most half a frame of the film
   *     from the range at both ends; as long as the clip is in the film
   */
  public Work<TimeRange> cut(Video video, TimeRange range, FilmFormat format, Path clipFile) {
    return begin(control -> cutter.cut(video, range, format, clipFile, control));
  }

  /**
   * Joins clips that were cut to the same format into a film with one chapter for each clip. The
   * picture is not encoded again.
   *
   * @param clips in the film's order, at least one
   * @param clipFiles of each clip its file
   * @param film where to; the ending becomes {@code .m4a} where the format has no picture
   */
  public Work<JoinedFilm> join(
      List<Clip> clips, List<Path> clipFiles, FilmFormat format, Path film) {
    return begin(control -> joiner.join(clips, clipFiles, format, film, control));
  }

  /** Kills what still runs and removes what it was writing. May be called twice. */
  @Override
  public void close() {
    children.close();
    threads.shutdown();
  }

  /** Blocking work that can be cancelled. */
  interface Task<T> {
    T run(WorkControl control) throws MediaException;
  }

  private <T> Work<T> begin(Task<T> task) {
    WorkControl control = new WorkControl();
    Promise<T> promise = Promise.promise();
    threads.execute(
        () -> {
          try {
            promise.complete(task.run(control));
          } catch (MediaException | RuntimeException e) {
            promise.fail(e);
          }
        });
    return new Work<>() {
      @Override
      public Future<T> result() {
        return promise.future();
      }

      @Override
      public long moves() {
        return control.moves();
      }

      @Override
      public void cancel() {
        control.cancel();
      }
    };
  }
}
