package io.fastwhisper.media;

import io.fastwhisper.domain.FilmFormat.FilmPicture;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The plain picture that stands for a source without one: its title on a dark ground. Font and text
 * lie in the children's folder under names of ours, so that nothing of the title is ever read as
 * part of a filter. Each line is drawn by itself: {@code drawtext} shows a line break as a letter
 * that the font lacks.
 */
final class TitleCard implements AutoCloseable {
  private static final String FONT = "DejaVuSans.ttf";
  private static final int MAX_LINES = 6;

  /** Mean width of a letter of the font, in font sizes, rounded up. */
  private static final double LETTER_WIDTH = 0.62;

  private static final double TEXT_SHARE_OF_WIDTH = 0.9;
  private static final int LINES_PER_HEIGHT = 14;
  private static final double LINE_DISTANCE = 1.5;

  private final List<Path> files = new ArrayList<>();
  private final StringBuilder filter;

  /**
   * Writes the files that the filter needs.
   *
   * @param folder the current one of the child that will use the filter
   * @param name names the files; of letters and digits, used once
   */
  TitleCard(String title, FilmPicture picture, Path folder, String name) throws MediaException {
    int fontSize = Math.max(8, picture.height() / LINES_PER_HEIGHT);
    int lettersPerLine =
        Math.max(4, (int) (picture.width() * TEXT_SHARE_OF_WIDTH / (fontSize * LETTER_WIDTH)));
    List<String> lines = lines(title, lettersPerLine);
    filter =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                "color=c=0x1c1f26:s=%dx%d:r=%d/%d",
                picture.width(),
                picture.height(),
                picture.frameRateNumerator(),
                picture.frameRateDenominator()));
    try {
      placeFont(folder.resolve(FONT));
      for (int i = 0; i < lines.size(); i++) {
        Path file = folder.resolve(name + "-" + i + ".txt");
        files.add(file);
        Files.writeString(file, lines.get(i), StandardCharsets.UTF_8);
        filter.append(
            String.format(
                Locale.ROOT,
                ",drawtext=fontfile=%s:textfile=%s:expansion=none:fontcolor=0xf0f0f0:fontsize=%d:"
                    + "y_align=baseline:x=(w-text_w)/2:y=h/2+%d",
                FONT,
                file.getFileName(),
                fontSize,
                Math.round(
                    (i - (lines.size() - 1) / 2.0) * fontSize * LINE_DISTANCE + fontSize / 3.0)));
      }
    } catch (IOException e) {
      close();
      throw MediaException.passing("cannot be written: " + e.getMessage(), folder);
    }
  }

  /** A source filter without end. */
  String filter() {
    return filter.toString();
  }

  /** Removes what belongs to this card alone. */
  @Override
  public void close() {
    files.forEach(ChildProcesses::deleteQuietly);
  }

  private static void placeFont(Path font) throws IOException {
    if (Files.exists(font)) {
      return;
    }
    Path whole = Files.createTempFile(font.getParent(), "font", "");
    try (InputStream resource = TitleCard.class.getResourceAsStream(FONT)) {
      Files.copy(resource, whole, StandardCopyOption.REPLACE_EXISTING);
    }
    Files.move(whole, font, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Broken at blanks where they come in time; what does not fit ends in an ellipsis. */
  static List<String> lines(String title, int lettersPerLine) {
    List<String> lines = new ArrayList<>();
    String rest = title.replaceAll("\\p{Cntrl}+", " ").strip();
    while (!rest.isEmpty() && lines.size() < MAX_LINES) {
      int[] letters = rest.codePoints().toArray();
      if (letters.length <= lettersPerLine) {
        lines.add(rest);
        return lines;
      }
      int end = rest.offsetByCodePoints(0, lettersPerLine);
      int blank = rest.lastIndexOf(' ', end);
      int cut = blank > 0 ? blank : end;
      lines.add(rest.substring(0, cut).strip());
      rest = rest.substring(cut).strip();
    }
    if (!rest.isEmpty()) {
      lines.set(MAX_LINES - 1, lines.get(MAX_LINES - 1) + "\u2026");
    }
    return lines;
  }
}
