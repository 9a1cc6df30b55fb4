package io.fastwhisper.media;

import io.fastwhisper.domain.FilmFormat;
import io.fastwhisper.domain.FilmFormat.FilmPicture;
import io.fastwhisper.domain.TimeRange;
import io.fastwhisper.domain.Video;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Cuts clips. Decoding starts at a key frame ahead of the range and nothing of it is dropped before
 * the frames are laid on the clip's own time line, so that a picture which was there before the
 * range, as in a slide show, is seen at its start.
 */
final class ClipCutter {
  /**
   * Quantiser of every frame, so that quality does not depend on what a clip shows; 1 (best) to 51.
   */
  private static final int QUANTISER = 22;

  /**
   * Has no effect on the frames beside a fixed quantiser; the same for all clips, for it goes into
   * their headers.
   */
  private static final String NOMINAL_BIT_RATE = "4M";

  private static final int SECONDS_BETWEEN_KEY_FRAMES = 2;

  /**
   * Lines of a picture from which on its colours are coded by BT.709; below it is BT.601, as
   * players take it.
   */
  private static final int HD_LINES = 720;

  private static final int MIN_TICKS_PER_SECOND = 10_000;

  private final ChildProcesses children;
  private final AtomicLong cards = new AtomicLong();

  ClipCutter(ChildProcesses children) {
    this.children = children;
  }

  /** Gives what of the source the clip holds. */
  TimeRange cut(Video video, TimeRange range, FilmFormat format, Path clipFile, WorkControl control)
      throws MediaException {
    Container container = ContentCheck.check(video.file(), video.location());
    boolean fromPicture = !format.audioOnly() && video.facts().picture() != null;
    boolean fromSound = video.facts().sound() != null;
    FilmTimes times = new FilmTimes(format);
    long fromMs = Math.max(0, range.startMs() - container.leadMs());
    OptionalLong pictureStart =
        fromPicture
            ? pictureStart(video, container, fromMs, range, times, control)
            : OptionalLong.empty();
    ClipSpan span = ClipSpan.of(range, pictureStart, times);
    long frames = span.frames();
    long samples = times.samples(frames);
    long aheadMicros = span.startMicros() - fromMs * 1_000;
    boolean withCard = !format.audioOnly() && !fromPicture;
    try (TitleCard card = withCard ? card(video, format) : null) {
      List<String> filters = new ArrayList<>();
      if (!format.audioOnly()) {
        String picture = withCard ? card.filter() : pictureFilter(format.picture(), aheadMicros);
        filters.add(picture + ",trim=end_frame=" + frames + "," + finish(format.picture()) + "[v]");
      }
      filters.add(
          fromSound
              ? soundFilter(
                  video.facts().sound().channels(), format, times.samplesIn(aheadMicros), samples)
              : String.format(
                  Locale.ROOT,
                  "anullsrc=r=%d:cl=%s,atrim=end_sample=%d[a]",
                  format.sampleRateHz(),
                  layout(format.channels()),
                  samples));
      List<String> arguments = new ArrayList<>();
      if (fromPicture || fromSound) {
        arguments.addAll(container.inputArguments());
        arguments.addAll(List.of("-threads", "2"));
        if (fromMs > 0) {
          arguments.addAll(List.of("-noaccurate_seek", "-ss", seconds(fromMs * 1_000)));
        }
        arguments.addAll(List.of("-i", ChildProcesses.localUrl(video.file())));
      }
      arguments.addAll(
          List.of("-filter_complex_threads", "2", "-filter_complex", String.join(";", filters)));
      arguments.addAll(format.audioOnly() ? soundOutput() : pictureOutput(format.picture(), times));
      FfmpegProgress progress = children.write(video.location(), arguments, clipFile, control);
      if (!format.audioOnly() && progress.frames() != frames) {
        ChildProcesses.deleteQuietly(clipFile);
        throw MediaException.permanent(
            progress.frames()
                + " of "
                + frames
                + " frames from "
                + range.startMs()
                + " ms on could be cut",
            video.location(),
            "");
      }
      return span.range(times);
    }
  }

  /**
   * Where the first picture begins that does so inside the range, or less than half a frame of the
   * film before it. Reads packets and decodes nothing.
   */
  private OptionalLong pictureStart(
      Video video,
      Container container,
      long fromMs,
      TimeRange range,
      FilmTimes times,
      WorkControl control)
      throws MediaException {
    long fileStart = video.facts().startMicros();
    List<String> arguments = new ArrayList<>(container.inputArguments());
    arguments.addAll(List.of("-select_streams", "V:0", "-show_entries", "packet=pts_time"));
    arguments.addAll(List.of("-of", "csv=p=0", "-read_intervals"));
    arguments.add(
        seconds(fileStart + fromMs * 1_000) + "%" + seconds(fileStart + range.endMs() * 1_000));
    arguments.addAll(List.of("-i", ChildProcesses.localUrl(video.file())));
    long from = range.startMs() * 1_000 - times.microseconds(1) / 2;
    PictureStart picture = new PictureStart(fileStart + from);
    children.ask(video.location(), arguments, picture, control);
    OptionalLong first = picture.micros();
    return first.isPresent() && first.getAsLong() < fileStart + range.endMs() * 1_000
        ? OptionalLong.of(first.getAsLong() - fileStart)
        : OptionalLong.empty();
  }

  private TitleCard card(Video video, FilmFormat format) throws MediaException {
    return new TitleCard(
        video.title(), format.picture(), children.folder(), "title" + cards.incrementAndGet());
  }

  /**
   * The frames of the source on the clip's time line; the last one stands where the source's
   * picture has ended.
   */
  private static String pictureFilter(FilmPicture picture, long aheadMicros) {
    return String.format(
        Locale.ROOT,
        "[0:V:0]setpts=PTS-%s/TB,tpad=stop_mode=clone:stop=-1,fps=fps=%d/%d:start_time=0:round=near",
        seconds(aheadMicros),
        picture.frameRateNumerator(),
        picture.frameRateDenominator());
  }

  /** To the film's size with bars, square pixels, and one way of coding colours. */
  private static String finish(FilmPicture picture) {
    boolean hd = Math.min(picture.width(), picture.height()) >= HD_LINES;
    String colours = hd ? "bt709" : "smpte170m";
    return String.format(
        Locale.ROOT,
        "scale=%1$d:%2$d:force_original_aspect_ratio=decrease:force_divisible_by=2:reset_sar=1:flags=bicubic:"
            + "out_color_matrix=%3$s:out_range=tv,pad=%1$d:%2$d:(ow-iw)/2:(oh-ih)/2:black,setsar=1,format=yuv420p,"
            + "setparams=range=tv:color_primaries=%4$s:color_trc=%4$s:colorspace=%4$s:field_mode=prog",
        picture.width(),
        picture.height(),
        hd ? "bt709" : "bt601",
        colours);
  }

  /**
   * Loudness is left alone: one channel goes to both sides as it is, more are mixed so that none
   * can clip.
   */
  private static String soundFilter(
      int sourceChannels, FilmFormat format, long first, long samples) {
    boolean doubled = sourceChannels == 1 && format.channels() == 2;
    return String.format(
        Locale.ROOT,
        "[0:a:0]aresample=%d:async=1:first_pts=0:rematrix_maxval=1,aformat=sample_fmts=s16:channel_layouts=%s,%s"
            + "apad,atrim=start_sample=%d:end_sample=%d,asetpts=N/SR/TB[a]",
        format.sampleRateHz(),
        doubled ? "mono" : layout(format.channels()),
        doubled ? "pan=stereo|c0=c0|c1=c0," : "",
        first,
        first + samples);
  }

  private static List<String> pictureOutput(FilmPicture picture, FilmTimes times) {
    long keyFrameDistance =
        Math.max(
            1,
            (long) SECONDS_BETWEEN_KEY_FRAMES
                * picture.frameRateNumerator()
                / picture.frameRateDenominator());
    List<String> arguments = new ArrayList<>(List.of("-map", "[v]", "-map", "[a]"));
    arguments.addAll(
        List.of("-c:v", "libopenh264", "-rc_mode", "quality", "-b:v", NOMINAL_BIT_RATE));
    arguments.addAll(
        List.of("-qmin", Integer.toString(QUANTISER), "-qmax", Integer.toString(QUANTISER)));
    arguments.addAll(List.of("-g", Long.toString(keyFrameDistance), "-flags:v", "+bitexact"));
    arguments.addAll(List.of("-video_track_timescale", Long.toString(ticksPerSecond(times))));
    arguments.addAll(pcm());
    arguments.addAll(List.of("-f", "mov"));
    return arguments;
  }

  private static List<String> soundOutput() {
    List<String> arguments = new ArrayList<>(List.of("-map", "[a]"));
    arguments.addAll(pcm());
    arguments.addAll(List.of("-f", "wav"));
    return arguments;
  }

  private static List<String> pcm() {
    return List.of(
        "-c:a",
        "pcm_s16le",
        "-flags:a",
        "+bitexact",
        "-fflags",
        "+bitexact",
        "-map_metadata",
        "-1");
  }

  /** A multiple of the film's ticks that is fine enough for every player. */
  static long ticksPerSecond(FilmTimes times) {
    long ticks = times.ticksPerSecond();
    return ticks * Math.max(1, (MIN_TICKS_PER_SECOND + ticks - 1) / ticks);
  }

  private static String layout(int channels) {
    return channels == 1 ? "mono" : "stereo";
  }

  private static String seconds(long micros) {
    return BigDecimal.valueOf(micros, 6).toPlainString();
  }
}
