package io.fastwhisper.transcribe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fastwhisper.domain.Cue;
import io.fastwhisper.domain.Transcript;
import io.fastwhisper.domain.Word;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The ways to write a transcript down. */
public enum TranscriptFormat {
  /**
   * What OpenAI's API calls {@code verbose_json}, with cues as its segments, and words with their
   * probability.
   */
  JSON {
    @Override
    public String write(Transcript transcript, long durationMs) {
      ObjectNode root = MAPPER.createObjectNode();
      root.put("task", "transcribe");
      root.put("language", languageName(transcript.language()));
      root.put("duration", seconds(durationMs));
      root.put(
          "text",
          transcript.cues().stream()
              .map(Cue::text)
              .map(String::strip)
              .collect(Collectors.joining(" ")));
      ArrayNode words = root.putArray("words");
      for (Word word : transcript.words()) {
        words
            .addObject()
            .put("word", word.text())
            .put("start", seconds(word.startMs()))
            .put("end", seconds(word.endMs()))
            .put("probability", word.probability());
      }
      ArrayNode segments = root.putArray("segments");
      List<Cue> cues = transcript.cues();
      for (int i = 0; i < cues.size(); i++) {
        Cue cue = cues.get(i);
        ObjectNode segment = segments.addObject();
        segment
            .put("id", i)
            .put("seek", 0)
            .put("start", seconds(cue.startMs()))
            .put("end", seconds(cue.endMs()));
        segment.put("text", cue.text());
        cue.tokens().forEach(segment.putArray("tokens")::add);
        segment.put("temperature", cue.temperature()).put("avg_logprob", cue.avgLogprob());
        segment
            .put("compression_ratio", cue.compressionRatio())
            .put("no_speech_prob", cue.noSpeechProbability());
      }
      try {
        return MAPPER.writeValueAsString(root) + "\n";
      } catch (JsonProcessingException e) {
        throw new LinkageError("a JSON tree can always be written", e);
      }
    }
  },

  /** SubRip subtitles. */
  SRT {
    @Override
    public String write(Transcript transcript, long durationMs) {
      StringBuilder text = new StringBuilder();
      int number = 1;
      for (Cue cue : transcript.cues()) {
        text.append(number++).append('\n');
        text.append(time(cue.startMs(), ','))
            .append(" --> ")
            .append(time(cue.endMs(), ','))
            .append('\n');
        text.append(line(cue)).append("\n\n");
      }
      return text.toString();
    }
  },

  /** WebVTT subtitles. */
  VTT {
    @Override
    public String write(Transcript transcript, long durationMs) {
      StringBuilder text = new StringBuilder("WEBVTT\n\n");
      for (Cue cue : transcript.cues()) {
        text.append(time(cue.startMs(), '.'))
            .append(" --> ")
            .append(time(cue.endMs(), '.'))
            .append('\n');
        text.append(line(cue).replace("&", "&amp;").replace("<", "&lt;").replace("-->", "--&gt;"))
            .append("\n\n");
      }
      return text.toString();
    }
  },

  /** The text alone, a line a cue. */
  TXT {
    @Override
    public String write(Transcript transcript, long durationMs) {
      return transcript.cues().stream().map(cue -> line(cue) + "\n").collect(Collectors.joining());
    }
  };

  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /**
   * Writes a transcript.
   *
   * @param durationMs length of what was transcribed
   */
  public abstract String write(Transcript transcript, long durationMs);

  /** Ending of a file of this format, without a dot. */
  public String extension() {
    return name().toLowerCase(Locale.ROOT);
  }

  private static String line(Cue cue) {
    return cue.text().strip().replaceAll("\\s+", " ");
  }

  private static BigDecimal seconds(long ms) {
    return BigDecimal.valueOf(ms, 3);
  }

  private static String time(long ms, char point) {
    return String.format(
        "%02d:%02d:%02d%c%03d",
        ms / 3_600_000, ms / 60_000 % 60, ms / 1_000 % 60, point, ms % 1_000);
  }

  /** "english" for "en", as OpenAI's API answers. */
  private static String languageName(String code) {
    return code.isEmpty()
        ? ""
        : Locale.forLanguageTag(code).getDisplayLanguage(Locale.ENGLISH).toLowerCase(Locale.ROOT);
  }
}
