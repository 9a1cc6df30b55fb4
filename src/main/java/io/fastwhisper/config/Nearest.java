package io.fastwhisper.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Finds what somebody may have meant. */
public final class Nearest {
  /** A word of so many letters has at most one wrong. */
  private static final int LETTERS_A_MISTAKE = 3;

  private Nearest() {}

  /**
   * What is said behind "no such ...": "the nearest is X" where one is near, else "known are A, B
   * and C", in order. For few candidates.
   */
  public static String hint(String name, Collection<String> candidates) {
    List<String> known = candidates.stream().sorted().toList();
    int last = known.size() - 1;
    return of(name, candidates)
        .map(nearest -> "the nearest is " + nearest)
        .orElseGet(
            () ->
                last < 1
                    ? "known is " + String.join("", known)
                    : "known are "
                        + String.join(", ", known.subList(0, last))
                        + " and "
                        + known.get(last));
  }

  /**
   * The candidate with the fewest single-character edits from the name; none where more than a
   * third of the name would be edited, for then something else was meant.
   */
  public static Optional<String> of(String name, Collection<String> candidates) {
    return candidates.stream()
        .min(Comparator.comparingInt(candidate -> edits(name, candidate)))
        .filter(nearest -> edits(name, nearest) * LETTERS_A_MISTAKE <= name.length());
  }

  private static int edits(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int above = row[j];
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, Math.min(above, row[j - 1]) + 1);
        diagonal = above;
      }
    }
    return row[b.length()];
  }
}
