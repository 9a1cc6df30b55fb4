package io.fastwhisper.find;

import io.fastwhisper.domain.InvalidValueException;
import io.fastwhisper.domain.Match;
import io.fastwhisper.domain.SegmentId;
import io.fastwhisper.domain.Target;
import io.fastwhisper.domain.Word;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds all targets at once in a row of words. How words are compared stands in {@link
 * TextFolding}.
 *
 * <p>The automaton of Aho and Corasick (1975) over tokens: the time is that of reading the words,
 * whatever the number of targets. Immutable; any thread may use it.
 */
public final class WordFinder {
  /** Between two words of one phrase lies no longer pause than this. */
  static final long MAX_PAUSE_MS = 5_000;

  private static final int ROOT = 0;
  private static final int NONE = -1;

  private final Map<String, Integer> tokenNumbers = new HashMap<>();
  private final Map<Long, Integer> children = new HashMap<>();
  private final List<Node> nodes = new ArrayList<>();
  private final List<Target> targets = new ArrayList<>();
  private int longestTarget;

  /** A place in the automaton: the tokens read so far that may become a target. */
  private static final class Node {
    final int depth;

    /** The target that ends here, or NONE. */
    int target = NONE;

    /** Where to go on when the next token does not fit. */
    int fallback = ROOT;

    /** The nearest fallback at which a target ends, or NONE. */
    int nextEnd = NONE;

    Node(int depth) {
      this.depth = depth;
    }
  }

  private record ReadToken(int number, int word, boolean begins, boolean ends) {}

  /**
   * Of targets that are the same after folding only the first is reported.
   *
   * @throws InvalidValueException where a target holds no letter and no digit
   */
  public WordFinder(List<Target> targets) {
    nodes.add(new Node(0));
    Map<Integer, List<Integer>> childrenByNode = new HashMap<>();
    for (Target target : targets) {
      insert(target, childrenByNode);
    }
    linkFallbacks(childrenByNode);
  }

  /** The most tokens that a target has. */
  int longestTarget() {
    return longestTarget;
  }

  /**
   * All matches in words that were heard one after the other in one segment.
   *
   * @return by start, then the longer one first, then in the order of the targets
   */
  public List<Match> find(List<Word> words, SegmentId segment) {
    return find(words.stream().map(word -> new HeardWord(word, segment)).toList());
  }

  List<Match> find(List<HeardWord> words) {
    List<ReadToken> tokens = read(words);
    List<Match> matches = new ArrayList<>();
    Set<List<Integer>> seen = new HashSet<>();
    int state = ROOT;
    for (int i = 0; i < tokens.size(); i++) {
      state = next(state, tokens.get(i).number());
      for (int end = nodes.get(state).target == NONE ? nodes.get(state).nextEnd : state;
          end != NONE;
          end = nodes.get(end).nextEnd) {
        ReadToken first = tokens.get(i - nodes.get(end).depth + 1);
        ReadToken last = tokens.get(i);
        int target = nodes.get(end).target;
        if (first.begins()
            && last.ends()
            && spokenTogether(words, first.word(), last.word())
            // "ha" is in the one word "ha-ha" twice, and yet one match.
            && seen.add(List.of(target, first.word(), last.word()))) {
          matches.add(match(targets.get(target), words, first.word(), last.word()));
        }
      }
    }
    matches.sort(
        Comparator.comparingLong(Match::startMs)
            .thenComparing(Comparator.comparingLong(Match::endMs).reversed()));
    return matches;
  }

  private void insert(Target target, Map<Integer, List<Integer>> childrenByNode) {
    List<TextFolding.Token> tokens = TextFolding.tokens(target.text());
    if (tokens.isEmpty()) {
      throw new InvalidValueException(
          "target", "\"" + target + "\"", "a word: it holds no letter and no digit");
    }
    int at = ROOT;
    for (TextFolding.Token token : tokens) {
      int number = tokenNumbers.computeIfAbsent(token.text(), text -> tokenNumbers.size());
      Integer child = children.get(edge(at, number));
      if (child == null) {
        child = nodes.size();
        nodes.add(new Node(nodes.get(at).depth + 1));
        children.put(edge(at, number), child);
        childrenByNode.computeIfAbsent(at, node -> new ArrayList<>()).add(number);
      }
      at = child;
    }
    if (nodes.get(at).target == NONE) {
      nodes.get(at).target = targets.size();
      targets.add(target);
      longestTarget = Math.max(longestTarget, tokens.size());
    }
  }

  private void linkFallbacks(Map<Integer, List<Integer>> childrenByNode) {
    Deque<Integer> queue = new ArrayDeque<>(List.of(ROOT));
    while (!queue.isEmpty()) {
      int parent = queue.remove();
      for (int token : childrenByNode.getOrDefault(parent, List.of())) {
        int child = children.get(edge(parent, token));
        Node node = nodes.get(child);
        node.fallback = parent == ROOT ? ROOT : next(nodes.get(parent).fallback, token);
        Node fallback = nodes.get(node.fallback);
        node.nextEnd = fallback.target == NONE ? fallback.nextEnd : node.fallback;
        queue.add(child);
      }
    }
  }

  private int next(int state, int token) {
    int at = state;
    while (true) {
      Integer child = children.get(edge(at, token));
      if (child != null) {
        return child;
      }
      if (at == ROOT) {
        return ROOT;
      }
      at = nodes.get(at).fallback;
    }
  }

  private List<ReadToken> read(List<HeardWord> words) {
    List<ReadToken> read = new ArrayList<>();
    for (int word = 0; word < words.size(); word++) {
      for (TextFolding.Token token : TextFolding.tokens(words.get(word).word().text())) {
        read.add(
            new ReadToken(
                tokenNumbers.getOrDefault(token.text(), NONE), word, token.begins(), token.ends()));
      }
    }
    return read;
  }

  private static boolean spokenTogether(List<HeardWord> words, int first, int last) {
    for (int i = first; i < last; i++) {
      if (words.get(i + 1).word().startMs() - words.get(i).word().endMs() > MAX_PAUSE_MS) {
        return false;
      }
    }
    return true;
  }

  private static Match match(Target target, List<HeardWord> words, int first, int last) {
    StringBuilder text = new StringBuilder(words.get(first).word().text());
    long endMs = words.get(first).word().endMs();
    float probability = words.get(first).word().probability();
    for (int i = first + 1; i <= last; i++) {
      Word word = words.get(i).word();
      text.append(' ').append(word.text());
      endMs = Math.max(endMs, word.endMs());
      probability = Math.min(probability, word.probability());
    }
    HeardWord begin = words.get(first);
    return new Match(
        target.text(),
        begin.segment(),
        text.toString(),
        begin.word().startMs(),
        endMs,
        probability);
  }

  /** A negative token, one that no target has, never meets an edge. */
  private static long edge(int node, int token) {
    return (long) node << 32 | (token & 0xffff_ffffL);
  }
}
