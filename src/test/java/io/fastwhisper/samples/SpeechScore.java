package io.fastwhisper.samples;

import io.fastwhisper.domain.Word;
import io.fastwhisper.samples.SampleTalk.TrueWord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * How well words were recognised and timed. Words are compared with case and punctuation folded,
 * aligned by the smallest edit distance; times count for the words that were recognised.
 *
 * @param errors substituted, missing and invented words
 * @param words true words
 * @param startErrorsMs distance of each recognised word's start from the truth, sorted
 * @param endErrorsMs the same of its end
 * @param inPauses words that lie wholly in a pause of more than 500 ms
 */
public record SpeechScore(
    int errors,
    int words,
    List<Double> startErrorsMs,
    List<Double> endErrorsMs,
    List<Word> inPauses) {
  private static final double LONG_PAUSE_MS = 500;

  public static SpeechScore of(List<Word> heard, List<TrueWord> truth) {
    List<Folded<Word>> h = heard.stream().flatMap(w -> fold(w, w.text())).toList();
    List<Folded<TrueWord>> t = truth.stream().flatMap(w -> fold(w, w.text())).toList();
    int[][] distance = distances(h, t);
    List<Double> starts = new ArrayList<>();
    List<Double> ends = new ArrayList<>();
    int i = h.size();
    int j = t.size();
    while (i > 0 && j > 0) {
      boolean same = h.get(i - 1).text().equals(t.get(j - 1).text());
      if (distance[i][j] == distance[i - 1][j - 1] + (same ? 0 : 1)) {
        --i;
        --j;
        if (same) {
          starts.add(Math.abs(h.get(i).word().startMs() - t.get(j).word().startMs()));
          ends.add(Math.abs(h.get(i).word().endMs() - t.get(j).word().endMs()));
        }
      } else if (distance[i][j] == distance[i - 1][j] + 1) {
        --i;
      } else {
        --j;
      }
    }
    Collections.sort(starts);
    Collections.sort(ends);
    List<Word> inPauses = heard.stream().filter(w -> liesInPause(w, truth)).toList();
    return new SpeechScore(distance[h.size()][t.size()], t.size(), starts, ends, inPauses);
  }

  /** All talks as one. */
  public static SpeechScore sum(List<SpeechScore> scores) {
    return new SpeechScore(
        scores.stream().mapToInt(SpeechScore::errors).sum(),
        scores.stream().mapToInt(SpeechScore::words).sum(),
        scores.stream().flatMap(s -> s.startErrorsMs().stream()).sorted().toList(),
        scores.stream().flatMap(s -> s.endErrorsMs().stream()).sorted().toList(),
        scores.stream().flatMap(s -> s.inPauses().stream()).toList());
  }

  public double wordErrorRate() {
    return (double) errors / words;
  }

  /**
   * The smallest error that {@code share} of the words do not exceed; no number where there are
   * none.
   */
  public static double quantile(List<Double> sorted, double share) {
    if (sorted.isEmpty()) {
      return Double.NaN;
    }
    return sorted.get(Math.max(0, (int) Math.ceil(share * sorted.size()) - 1));
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "word error rate %.2f %% (%d of %d), starts: median %.0f ms, 90 %% within %.0f ms, ends: median %.0f ms, 90 %% within %.0f ms, in pauses: %s",
        100 * wordErrorRate(),
        errors,
        words,
        quantile(startErrorsMs, 0.5),
        quantile(startErrorsMs, 0.9),
        quantile(endErrorsMs, 0.5),
        quantile(endErrorsMs, 0.9),
        inPauses);
  }

  private record Folded<T>(T word, String text) {}

  private static <T> Stream<Folded<T>> fold(T word, String text) {
    return Arrays.stream(
            text.toLowerCase(Locale.ROOT)
                .replace('-', ' ')
                .replaceAll("[^a-z0-9' ]", "")
                .split(" "))
        .filter(part -> !part.isEmpty())
        .map(part -> new Folded<>(word, part));
  }

  private static int[][] distances(List<? extends Folded<?>> h, List<? extends Folded<?>> t) {
    int[][] d = new int[h.size() + 1][t.size() + 1];
    IntStream.rangeClosed(0, h.size()).forEach(i -> d[i][0] = i);
    IntStream.rangeClosed(0, t.size()).forEach(j -> d[0][j] = j);
    for (int i = 1; i <= h.size(); ++i) {
      for (int j = 1; j <= t.size(); ++j) {
        int substituted =
            d[i - 1][j - 1] + (h.get(i - 1).text().equals(t.get(j - 1).text()) ? 0 : 1);
        d[i][j] = Math.min(substituted, 1 + Math.min(d[i - 1][j], d[i][j - 1]));
      }
    }
    return d;
  }

  private static boolean liesInPause(Word word, List<TrueWord> truth) {
    double pauseStart = 0;
    for (TrueWord next : truth) {
      if (next.startMs() - pauseStart > LONG_PAUSE_MS
          && word.startMs() >= pauseStart
          && word.endMs() <= next.startMs()) {
        return true;
      }
      pauseStart = Math.max(pauseStart, next.endMs());
    }
    return word.startMs() >= pauseStart + LONG_PAUSE_MS;
  }
}
