package io.fastwhisper.find;

import io.fastwhisper.domain.Word;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Joins what two neighbouring segments heard in the stretch that they share, so that each word is
 * there once.
 *
 * <p>Left of the border the earlier segment is believed, right of it the later one. Both hear the
 * words around the border whole, but at times that may differ by some frames, so that the border
 * alone could count a word twice or lose it. Therefore the words near the border are paired first,
 * by text and time and in order: a pair is one word. A word near the border that has no pair and
 * lies on the other one's side is kept where nothing else was heard in its place.
 */
final class Seam {
  /**
   * Words within this distance of the border are paired. A segment may begin and end to be heard
   * nearer to it, at a pause; what only one of them heard has no pair.
   */
  static final long PAIRING_MS = 1_500;

  /** Two times of the same word differ by less than this. */
  private static final long SAME_WORD_MS = 500;

  /** A word without a pair is kept on the wrong side of the border up to this distance. */
  private static final long STRAY_MS = 500;

  private record Pair(int left, int right) {}

  private final List<Word> left;
  private final List<Word> right;
  private final long borderMs;

  private Seam(List<Word> left, List<Word> right, long borderMs) {
    this.left = left;
    this.right = right;
    this.borderMs = borderMs;
  }

  /**
   * Joins the words of two neighbours.
   *
   * @param left all words of the earlier segment that are not settled at its own left seam, in the
   *     order of time
   * @param right all words of the later segment
   * @return each word once, in the order of time
   */
  static List<Word> join(List<Word> left, List<Word> right, long borderMs) {
    return new Seam(left, right, borderMs).join();
  }

  private List<Word> join() {
    List<Word> kept = new ArrayList<>();
    List<Word> strays = new ArrayList<>();
    Set<Integer> pairedLeft = new HashSet<>();
    Set<Integer> pairedRight = new HashSet<>();
    for (Pair pair : pairs()) {
      pairedLeft.add(pair.left());
      pairedRight.add(pair.right());
      Word byLeft = left.get(pair.left());
      kept.add(byLeft.middleMs() < borderMs ? byLeft : right.get(pair.right()));
    }
    sort(left, pairedLeft, true, kept, strays);
    sort(right, pairedRight, false, kept, strays);
    kept.sort(Comparator.comparingLong(Word::startMs));
    dropContradictions(kept);
    strays.sort(Comparator.comparingDouble(Word::probability).reversed());
    for (Word stray : strays) {
      if (kept.stream().noneMatch(word -> samePlace(word, stray))) {
        kept.add(stray);
      }
    }
    kept.sort(Comparator.comparingLong(Word::startMs));
    return kept;
  }

  private void sort(
      List<Word> words, Set<Integer> paired, boolean ownsLeft, List<Word> kept, List<Word> strays) {
    for (int i = 0; i < words.size(); i++) {
      Word word = words.get(i);
      if (paired.contains(i)) {
        continue;
      }
      if (word.middleMs() < borderMs == ownsLeft) {
        kept.add(word);
      } else if (Math.abs(word.middleMs() - borderMs) < STRAY_MS) {
        strays.add(word);
      }
    }
  }

  /**
   * Where the two heard different words in one place, each on its own side of the border, the surer
   * one stays.
   */
  private void dropContradictions(List<Word> kept) {
    for (int i = 0; i + 1 < kept.size(); ) {
      Word first = kept.get(i);
      Word second = kept.get(i + 1);
      boolean acrossBorder = first.middleMs() < borderMs && second.middleMs() >= borderMs;
      if (acrossBorder && near(first) && near(second) && samePlace(first, second)) {
        kept.remove(first.probability() < second.probability() ? i : i + 1);
      } else {
        i++;
      }
    }
  }

  private static boolean samePlace(Word one, Word other) {
    long common = Math.min(one.endMs(), other.endMs()) - Math.max(one.startMs(), other.startMs());
    long shorter = Math.min(one.endMs() - one.startMs(), other.endMs() - other.startMs());
    return common * 2 > shorter;
  }

  /** The most pairs that keep the order; among as many, those that are nearest in time. */
  private List<Pair> pairs() {
    int[] ofLeft = nearBorder(left);
    int[] ofRight = nearBorder(right);
    long[][] score = new long[ofLeft.length + 1][ofRight.length + 1];
    for (int i = ofLeft.length - 1; i >= 0; i--) {
      for (int j = ofRight.length - 1; j >= 0; j--) {
        score[i][j] = Math.max(score[i + 1][j], score[i][j + 1]);
        long gain = gain(left.get(ofLeft[i]), right.get(ofRight[j]));
        if (gain > 0) {
          score[i][j] = Math.max(score[i][j], gain + score[i + 1][j + 1]);
        }
      }
    }
    List<Pair> pairs = new ArrayList<>();
    for (int i = 0, j = 0; i < ofLeft.length && j < ofRight.length; ) {
      long gain = gain(left.get(ofLeft[i]), right.get(ofRight[j]));
      if (gain > 0 && score[i][j] == gain + score[i + 1][j + 1]) {
        pairs.add(new Pair(ofLeft[i++], ofRight[j++]));
      } else if (score[i][j] == score[i + 1][j]) {
        i++;
      } else {
        j++;
      }
    }
    return pairs;
  }

  /** One pair more counts more than all nearness together. */
  private static long gain(Word one, Word other) {
    long apart = Math.abs(one.middleMs() - other.middleMs());
    return apart < SAME_WORD_MS && sameText(one, other) ? 1_000_000 - apart : 0;
  }

  private static boolean sameText(Word one, Word other) {
    return one.text().equals(other.text())
        || TextFolding.tokens(one.text()).equals(TextFolding.tokens(other.text()));
  }

  private int[] nearBorder(List<Word> words) {
    return IntStream.range(0, words.size()).filter(i -> near(words.get(i))).toArray();
  }

  private boolean near(Word word) {
    return Math.abs(word.middleMs() - borderMs) < PAIRING_MS;
  }
}
