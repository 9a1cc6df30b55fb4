package io.fastwhisper.find;

import java.lang.Character.UnicodeScript;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reduces text to the tokens that are compared, so that writing does not matter, only what is said.
 *
 * <ul>
 *   <li>Case, full width and composition are folded (Unicode NFKC; "Straße" is "STRASSE"). Accents
 *       are kept: "schon" is not "schön".
 *   <li>Punctuation and hyphens end a token: "well-known" is "well known".
 *   <li>All apostrophes are one, and divide: "people's" is "people" and "s", "l'homme" is "l" and
 *       "homme". Only "n't" stays, for "can" is not said in "can't".
 *   <li>Figures become English words: "25" is "twenty five", "1,000" is "one thousand", "2nd" is
 *       "second". A written figure is whole: "5" is not in "25".
 *   <li>"&amp;" is "and", "%" is "percent".
 *   <li>Scripts without blanks between words (Han, Kana, Thai, Lao, Khmer, Burmese) give one token
 *       for each letter with its marks.
 * </ul>
 */
final class TextFolding {
  /**
   * What is compared.
   *
   * @param begins a match may begin here; false inside a written figure
   * @param ends a match may end here
   */
  record Token(String text, boolean begins, boolean ends) {}

  private static final Set<UnicodeScript> WITHOUT_BLANKS =
      EnumSet.of(
          UnicodeScript.HAN,
          UnicodeScript.HIRAGANA,
          UnicodeScript.KATAKANA,
          UnicodeScript.THAI,
          UnicodeScript.LAO,
          UnicodeScript.KHMER,
          UnicodeScript.MYANMAR);
  private static final String APOSTROPHES = "'\u2018\u2019\u201b\u02bc\uff07\u0060\u00b4";
  private static final Pattern FIGURE =
      Pattern.compile("(\\d{1,3}(?:,\\d{3})+|\\d+)(?:\\.(\\d+))?(st|nd|rd|th)?(?![\\p{L}\\d])");

  private final String text;
  private final List<Token> tokens = new ArrayList<>();
  private final StringBuilder token = new StringBuilder();

  private TextFolding(String text) {
    this.text = text;
  }

  /** The tokens of a text; none where nothing in it is said. */
  static List<Token> tokens(String text) {
    // Apostrophes first: NFKC turns the acute accent into a blank with a mark.
    StringBuilder plain = new StringBuilder(text.length());
    text.codePoints()
        .forEach(c -> plain.appendCodePoint(APOSTROPHES.indexOf(c) >= 0 ? '\'' : asciiDigit(c)));
    String folded =
        Normalizer.normalize(plain, Normalizer.Form.NFKC)
            .toUpperCase(Locale.ROOT)
            .toLowerCase(Locale.ROOT);
    return new TextFolding(Normalizer.normalize(folded, Normalizer.Form.NFKC)).read();
  }

  private static int asciiDigit(int codePoint) {
    return Character.getType(codePoint) == Character.DECIMAL_DIGIT_NUMBER
        ? '0' + Character.digit(codePoint, 10)
        : codePoint;
  }

  private List<Token> read() {
    Matcher figure = FIGURE.matcher(text);
    int at = 0;
    while (at < text.length()) {
      int codePoint = text.codePointAt(at);
      if (token.length() == 0
          && isDigit(codePoint)
          && figure.region(at, text.length()).useTransparentBounds(true).lookingAt()) {
        addFigure(figure.group(1).replace(",", ""), figure.group(2), figure.group(3));
        at = figure.end();
        continue;
      }
      take(codePoint, at);
      at += Character.charCount(codePoint);
    }
    endToken();
    return tokens;
  }

  private void take(int codePoint, int at) {
    if (codePoint == '\'') {
      if (!insideNegation(at)) {
        endToken();
      } else {
        token.append('\'');
      }
    } else if (isMark(codePoint)) {
      addMark(codePoint);
    } else if (Character.isLetterOrDigit(codePoint)) {
      if (WITHOUT_BLANKS.contains(UnicodeScript.of(codePoint))) {
        endToken();
        add(Character.toString(codePoint));
      } else {
        token.appendCodePoint(codePoint);
      }
    } else {
      endToken();
      if (codePoint == '&') {
        add("and");
      } else if (codePoint == '%') {
        add("percent");
      }
    }
  }

  /** True at the apostrophe of a final "n't". */
  private boolean insideNegation(int at) {
    boolean negation =
        token.length() > 1
            && token.charAt(token.length() - 1) == 'n'
            && text.startsWith("t", at + 1);
    return negation
        && (at + 2 == text.length() || !Character.isLetterOrDigit(text.codePointAt(at + 2)));
  }

  private void addMark(int codePoint) {
    if (token.length() > 0) {
      token.appendCodePoint(codePoint);
    } else if (!tokens.isEmpty() && WITHOUT_BLANKS.contains(UnicodeScript.of(codePoint))) {
      Token last = tokens.remove(tokens.size() - 1);
      add(last.text() + Character.toString(codePoint));
    }
  }

  private void addFigure(String digits, String decimals, String ordinal) {
    List<String> words = new ArrayList<>();
    if (decimals == null && ordinal != null) {
      words.addAll(NumberWords.ordinal(digits));
    } else {
      words.addAll(NumberWords.cardinal(digits));
      if (decimals != null) {
        words.add("point");
        decimals
            .chars()
            .forEach(digit -> words.addAll(NumberWords.cardinal(Character.toString(digit))));
      }
    }
    for (int i = 0; i < words.size(); i++) {
      tokens.add(new Token(words.get(i), i == 0, i == words.size() - 1));
    }
  }

  private void endToken() {
    if (token.length() > 0) {
      add(token.toString());
      token.setLength(0);
    }
  }

  private void add(String text) {
    tokens.add(new Token(text, true, true));
  }

  private static boolean isDigit(int codePoint) {
    return codePoint >= '0' && codePoint <= '9';
  }

  private static boolean isMark(int codePoint) {
    int type = Character.getType(codePoint);
    return type == Character.NON_SPACING_MARK
        || type == Character.COMBINING_SPACING_MARK
        || type == Character.ENCLOSING_MARK;
  }
}
