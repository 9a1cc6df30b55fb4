package io.fastwhisper.find;

import java.util.ArrayList;
import java.util.List;

/**
 * Writes figures as the English words that are said for them, so that "25", "25th" and
 * "twenty-five" can be compared.
 *
 * <p>Both what is searched and what was heard go through here: figures meet figures in any
 * language, and meet words in English.
 */
final class NumberWords {
  private static final String[] SMALL = {
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen"
  };
  private static final String[] TENS = {
    "", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"
  };
  private static final String[] ORDINAL_OF_SMALL = {
    "zeroth",
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth"
  };

  /** Longer figures are telephone numbers and the like, and are said digit by digit. */
  private static final int MAX_DIGITS = 9;

  private NumberWords() {}

  /** The words for a row of ASCII digits. A leading zero is said: "007" is zero zero seven. */
  static List<String> cardinal(String digits) {
    List<String> words = new ArrayList<>();
    if (digits.length() > MAX_DIGITS || (digits.length() > 1 && digits.charAt(0) == '0')) {
      digits.chars().forEach(digit -> words.add(SMALL[digit - '0']));
      return words;
    }
    int number = Integer.parseInt(digits);
    if (number == 0) {
      words.add(SMALL[0]);
      return words;
    }
    belowThousand(number / 1_000_000, "million", words);
    belowThousand(number / 1_000 % 1_000, "thousand", words);
    belowThousand(number % 1_000, "", words);
    return words;
  }

  /** The words for digits with "st", "nd", "rd" or "th" behind them. */
  static List<String> ordinal(String digits) {
    List<String> words = cardinal(digits);
    int last = words.size() - 1;
    words.set(last, ordinalOf(words.get(last)));
    return words;
  }

  private static void belowThousand(int number, String unit, List<String> words) {
    if (number == 0) {
      return;
    }
    if (number >= 100) {
      words.add(SMALL[number / 100]);
      words.add("hundred");
    }
    int rest = number % 100;
    if (rest >= 20) {
      words.add(TENS[rest / 10]);
      rest %= 10;
    }
    if (rest > 0) {
      words.add(SMALL[rest]);
    }
    if (!unit.isEmpty()) {
      words.add(unit);
    }
  }

  private static String ordinalOf(String word) {
    for (int i = 0; i < SMALL.length; i++) {
      if (SMALL[i].equals(word)) {
        return ORDINAL_OF_SMALL[i];
      }
    }
    return word.endsWith("y") ? word.substring(0, word.length() - 1) + "ieth" : word + "th";
  }
}
