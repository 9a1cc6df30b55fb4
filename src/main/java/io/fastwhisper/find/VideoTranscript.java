package io.fastwhisper.find;

import io.fastwhisper.domain.Cue;
import io.fastwhisper.domain.TimeRange;
import io.fastwhisper.domain.Transcript;
import io.fastwhisper.domain.Word;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Makes one transcript of a video out of those of its segments: what neighbours both heard is there
 * once.
 */
public final class VideoTranscript {
  private VideoTranscript() {}

  /**
   * What was heard in one segment.
   *
   * @param range of the segment
   * @param endBorderMs where it divides from the next one
   */
  public record Piece(TimeRange range, Transcript transcript, long endBorderMs) {}

  /**
   * Joins the segments of one video. One that is missing, for it failed, leaves a gap.
   *
   * @param pieces in any order
   */
  public static Transcript join(Collection<Piece> pieces) {
    List<Piece> inOrder =
        pieces.stream().sorted(Comparator.comparingLong(piece -> piece.range().startMs())).toList();
    Set<Word> kept = Collections.newSetFromMap(new IdentityHashMap<>());
    kept.addAll(words(inOrder));
    List<Cue> cues = new ArrayList<>();
    String language = "";
    for (Piece piece : inOrder) {
      language = language.isEmpty() ? piece.transcript().language() : language;
      piece.transcript().cues().forEach(cue -> keep(cue, kept, cues));
    }
    cues.sort(Comparator.comparingLong(Cue::startMs));
    return new Transcript(language, cues);
  }

  private static List<Word> words(List<Piece> pieces) {
    List<Word> words = new ArrayList<>();
    Piece before = null;
    for (Piece piece : pieces) {
      List<Word> heard = piece.transcript().words();
      if (before == null || before.range().endMs() <= piece.range().startMs()) {
        words.addAll(heard);
      } else {
        long sharedFromMs = piece.range().startMs();
        int alone = 0;
        while (alone < words.size() && words.get(alone).middleMs() < sharedFromMs) {
          alone++;
        }
        List<Word> shared = words.subList(alone, words.size());
        List<Word> once = Seam.join(shared, heard, before.endBorderMs());
        shared.clear();
        words.addAll(once);
      }
      before = piece;
    }
    return words;
  }

  /** A cue of which some words belong to the neighbour keeps the others. */
  private static void keep(Cue cue, Set<Word> kept, List<Cue> to) {
    List<Word> words = cue.words().stream().filter(kept::contains).toList();
    if (words.size() == cue.words().size()) {
      to.add(cue);
    } else if (!words.isEmpty()) {
      to.add(
          new Cue(
              words.get(0).startMs(),
              Math.max(words.get(0).startMs(), words.get(words.size() - 1).endMs()),
              words.stream().map(Word::text).collect(Collectors.joining(" ")),
              words,
              List.of(),
              cue.avgLogprob(),
              cue.compressionRatio(),
              cue.noSpeechProbability(),
              cue.temperature()));
    }
  }
}
