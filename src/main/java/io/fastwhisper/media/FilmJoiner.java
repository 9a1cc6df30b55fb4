package io.fastwhisper.media;

import io.fastwhisper.domain.Clip;
import io.fastwhisper.domain.FilmClip;
import io.fastwhisper.domain.FilmFormat;
import io.fastwhisper.domain.Match;
import io.fastwhisper.domain.TimeRange;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/**
 * Joins clips. Their frames are copied; their sound, which is PCM, is encoded once for the whole
 * film, for an AAC track of its own would add its priming, 21 to 23 ms, at every join. Where each
 * clip begins is said to a microsecond and falls on a tick of the film. A clip's sound may be half
 * a sample longer or shorter than its frames; where that adds up to more than {@value
 * #MAX_SOUND_DRIFT_SECONDS} s, samples are dropped or silent ones put in.
 */
final class FilmJoiner {
  private static final String MAX_SOUND_DRIFT_SECONDS = "0.001";
  private static final int BIT_RATE_PER_CHANNEL = 96_000;
  private static final int MAX_CHAPTER_TITLE = 200;

  private final ChildProcesses children;
  private final AtomicLong number = new AtomicLong();

  FilmJoiner(ChildProcesses children) {
    this.children = children;
  }

  JoinedFilm join(
      List<Clip> clips, List<Path> clipFiles, FilmFormat format, Path film, WorkControl control)
      throws MediaException {
    if (clips.isEmpty() || clips.size() != clipFiles.size()) {
      throw new IllegalArgumentException(clips.size() + " clips in " + clipFiles.size() + " files");
    }
    FilmTimes times = new FilmTimes(format);
    Path target = format.audioOnly() ? withEnding(film, ".m4a") : film;
    long name = number.incrementAndGet();
    Path list = children.folder().resolve("clips-" + name + ".txt");
    Path chapters = children.folder().resolve("chapters-" + name + ".txt");
    try {
      List<FilmClip> placed = new ArrayList<>();
      StringBuilder listText = new StringBuilder("ffconcat version 1.0\n");
      StringBuilder chapterText = new StringBuilder(";FFMETADATA1\n");
      long frame = 0;
      for (int i = 0; i < clips.size(); i++) {
        long next = frame + times.frames(clips.get(i).range());
        placed.add(
            new FilmClip(
                clips.get(i), new TimeRange(times.milliseconds(frame), times.milliseconds(next))));
        appendFile(
            listText, clipFiles.get(i), times.microseconds(next) - times.microseconds(frame));
        appendChapter(chapterText, times, frame, next, title(clips.get(i)));
        frame = next;
      }
      write(list, listText);
      write(chapters, chapterText);
      children.write(target.toString(), arguments(format, times, list, chapters), target, control);
      force(target);
      force(target.toAbsolutePath().getParent());
      return new JoinedFilm(target, times.milliseconds(frame), placed);
    } finally {
      ChildProcesses.deleteQuietly(list);
      ChildProcesses.deleteQuietly(chapters);
    }
  }

  private static List<String> arguments(
      FilmFormat format, FilmTimes times, Path list, Path chapters) {
    String clipDemuxer = format.audioOnly() ? "wav" : "mov";
    List<String> arguments = new ArrayList<>();
    arguments.addAll(
        List.of("-protocol_whitelist", "file", "-format_whitelist", "concat," + clipDemuxer));
    arguments.addAll(List.of("-f", "concat", "-safe", "0", "-i", ChildProcesses.localUrl(list)));
    arguments.addAll(List.of("-protocol_whitelist", "file", "-format_whitelist", "ffmetadata"));
    arguments.addAll(List.of("-f", "ffmetadata", "-i", ChildProcesses.localUrl(chapters)));
    arguments.addAll(
        List.of("-map_metadata:g", "-1", "-map_metadata:s", "-1", "-map_chapters", "1"));
    if (!format.audioOnly()) {
      arguments.addAll(List.of("-map", "0:v:0", "-c:v", "copy"));
      arguments.addAll(
          List.of("-video_track_timescale", Long.toString(ClipCutter.ticksPerSecond(times))));
    }
    // At this bit rate the fast search is nearer to the sound than the other one, in half the time.
    arguments.addAll(List.of("-map", "0:a:0", "-c:a", "aac", "-aac_coder", "fast", "-b:a"));
    arguments.add(Integer.toString(BIT_RATE_PER_CHANNEL * format.channels()));
    arguments.addAll(
        List.of(
            "-af",
            "aresample=async=1:first_pts=0:min_comp=0.0005:min_hard_comp="
                + MAX_SOUND_DRIFT_SECONDS));
    arguments.addAll(
        List.of("-flags:a", "+bitexact", "-fflags", "+bitexact", "-movflags", "+faststart"));
    arguments.addAll(List.of("-f", format.audioOnly() ? "ipod" : "mp4"));
    return arguments;
  }

  private static void appendFile(StringBuilder list, Path file, long microseconds)
      throws MediaException {
    String url = ChildProcesses.localUrl(file);
    if (url.indexOf('\n') >= 0 || url.indexOf('\r') >= 0) {
      throw MediaException.permanent(
          "a work folder with a line break in its name", file, "Name another folder.");
    }
    list.append("file '").append(url.replace("'", "'\\''")).append("'\n");
    list.append(
        String.format(
            Locale.ROOT, "duration %d.%06d%n", microseconds / 1_000_000, microseconds % 1_000_000));
  }

  private static void appendChapter(
      StringBuilder chapters, FilmTimes times, long from, long to, String title) {
    chapters
        .append("[CHAPTER]\nTIMEBASE=1/")
        .append(times.ticksPerSecond())
        .append("\nSTART=")
        .append(from * times.ticksOfFrame())
        .append("\nEND=")
        .append(to * times.ticksOfFrame())
        .append("\ntitle=")
        .append(title.replaceAll("([=;#\\\\])", "\\\\$1"))
        .append('\n');
  }

  /** The words that were searched and heard in it. */
  private static String title(Clip clip) {
    String words =
        clip.matches().stream().map(Match::text).distinct().collect(Collectors.joining(", "));
    String plain = words.replaceAll("\\p{Cntrl}+", " ").strip();
    return plain.length() > MAX_CHAPTER_TITLE
        ? plain.substring(0, MAX_CHAPTER_TITLE) + "\u2026"
        : plain;
  }

  private static Path withEnding(Path file, String ending) {
    String name = file.getFileName().toString();
    int dot = name.lastIndexOf('.');
    return file.resolveSibling((dot > 0 ? name.substring(0, dot) : name) + ending);
  }

  /** It is on the disk before anybody is told of it, also where the power fails. */
  private static void force(Path fileOrFolder) throws MediaException {
    try (FileChannel channel = FileChannel.open(fileOrFolder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      throw MediaException.passing("cannot be written: " + e.getMessage(), fileOrFolder);
    }
  }

  private static void write(Path file, CharSequence text) throws MediaException {
    try {
      Files.writeString(file, text, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw MediaException.passing("cannot be written: " + e.getMessage(), file);
    }
  }
}
