package io.fastwhisper.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fastwhisper.domain.TimeRange;
import io.fastwhisper.domain.Word;
import io.fastwhisper.media.FilmFrames;
import io.fastwhisper.media.Likeness;
import io.fastwhisper.media.Media;
import io.fastwhisper.media.MediaLimits;
import io.fastwhisper.samples.SampleTalk;
import io.fastwhisper.samples.SampleTalk.TrueWord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A film of the sample talks against the truth: what is in it, in which order, where it is cut, and
 * what it shows and sounds like.
 */
class SampleFilmTest {
  private static final List<SampleTalk> TALKS =
      List.of(SampleTalk.WATER, SampleTalk.FREEDOM, SampleTalk.BREAD);
  private static final List<String> WORDS =
      List.of("water", "people", "rain", "river", "freedom", "books", "hands", "oven", "ready");

  /** Of the talks' pictures and of the film's, which begin with their files. */
  private static final long FRAME_MS = 40;

  @TempDir static Path folder;
  private static JsonNode wide;
  private static JsonNode narrow;

  /** A match as the sidecar lists it, with the clip that holds it. */
  private record FoundMatch(int video, String text, long startMs, long endMs, JsonNode clip) {}

  @BeforeAll
  static void makeTheFilms() throws IOException {
    wide = compile("wide.mp4", "--words=" + String.join(",", WORDS) + ",why the");
    narrow =
        compile(
            "narrow.mp4",
            "--words=people,rain,freedom,oven,why the",
            "--padding-before=0.3",
            "--padding-after=0.3",
            "--merge-gap=0");
  }

  @Test
  void eachTargetWordOfTheTranscriptIsInTheFilmExactlyOnceInOrder() throws IOException {
    List<String> expected = new ArrayList<>();
    for (SampleTalk talk : TALKS) {
      Path json = folder.resolve(talk.title() + ".json");
      ProgramRun run =
          ProgramRun.withBundledModel(
              "transcribe", talk.video().toString(), "--format=json", "-o", json.toString());
      assertEquals(0, run.exitCode(), run.err());
      List<Word> words = SampleTranscriptsTest.words(json);
      for (int i = 0; i < words.size(); i++) {
        Word word = words.get(i);
        boolean phrase =
            fold(word.text()).equals("why")
                && i + 1 < words.size()
                && fold(words.get(i + 1).text()).equals("the");
        if (WORDS.contains(fold(word.text())) || phrase) {
          expected.add(talk.title() + " " + word.startMs());
        }
      }
    }
    assertTrue(expected.size() > 40, expected.toString());
    List<String> found = new ArrayList<>();
    matches(wide)
        .forEach(match -> found.add(TALKS.get(match.video()).title() + " " + match.startMs()));
    assertEquals(expected, found);
  }

  @Test
  void clipsFollowOneAnotherInTheFilmWithoutAGap() {
    for (JsonNode film : List.of(wide, narrow)) {
      long atMs = 0;
      JsonNode before = null;
      for (JsonNode clip : film.get("clips")) {
        assertEquals(atMs, clip.get("outStartMs").asLong(), clip.toString());
        atMs = clip.get("outEndMs").asLong();
        long takenMs = clip.get("endMs").asLong() - clip.get("startMs").asLong();
        assertEquals(takenMs, atMs - clip.get("outStartMs").asLong(), clip.toString());
        // Where a picture of the source begins, so that picture and sound agree.
        assertEquals(0, clip.get("startMs").asLong() % FRAME_MS, clip.toString());
        assertEquals(0, takenMs % FRAME_MS, clip.toString());
        if (before != null && before.get("video").equals(clip.get("video"))) {
          assertTrue(before.get("endMs").asLong() <= clip.get("startMs").asLong(), clip.toString());
        }
        before = clip;
      }
      assertEquals(atMs, film.get("lengthMs").asLong());
    }
  }

  @Test
  void clipsHoldTheTrueTimeOfTheirWordsAlsoWithLittlePadding() {
    for (JsonNode film : List.of(wide, narrow)) {
      for (FoundMatch match : matches(film)) {
        List<TrueWord> truth = trueWords(match);
        assertTrue(
            match.clip().get("startMs").asLong() <= truth.get(0).startMs(),
            match + " is really " + truth);
        assertTrue(
            match.clip().get("endMs").asLong() >= truth.get(truth.size() - 1).endMs(),
            match + " is really " + truth);
      }
    }
  }

  @Test
  void theFirstAndLastPictureOfEachClipAreTheSourcesOwn() throws Exception {
    Map<Integer, SortedSet<Integer>> ofSources = new TreeMap<>();
    Map<Integer, int[]> expected = new TreeMap<>();
    for (JsonNode clip : narrow.get("clips")) {
      int first = frame(clip.get("outStartMs").asLong());
      int last = frame(clip.get("outEndMs").asLong()) - 1;
      for (int inFilm : new int[] {first, last}) {
        int inSource = frame(clip.get("startMs").asLong()) + inFilm - first;
        expected.put(inFilm, new int[] {clip.get("video").asInt(), inSource});
        SortedSet<Integer> wanted =
            ofSources.computeIfAbsent(clip.get("video").asInt(), video -> new TreeSet<>());
        wanted.addAll(List.of(Math.max(0, inSource - 1), inSource, inSource + 1));
      }
    }
    Map<Integer, byte[]> film =
        FilmFrames.read(folder.resolve("narrow.mp4"), new TreeSet<>(expected.keySet()), folder);
    Map<Integer, Map<Integer, byte[]>> sources = new TreeMap<>();
    for (Map.Entry<Integer, SortedSet<Integer>> wanted : ofSources.entrySet()) {
      sources.put(
          wanted.getKey(),
          FilmFrames.read(TALKS.get(wanted.getKey()).video(), wanted.getValue(), folder));
    }
    assertEquals(expected.keySet(), film.keySet());
    expected.forEach(
        (inFilm, place) -> {
          Map<Integer, byte[]> source = sources.get(place[0]);
          double own = FilmFrames.psnr(film.get(inFilm), source.get(place[1]));
          for (int neighbour : new int[] {place[1] - 1, place[1] + 1}) {
            if (source.containsKey(neighbour)) {
              double other = FilmFrames.psnr(film.get(inFilm), source.get(neighbour));
              assertTrue(
                  own > other,
                  "picture "
                      + inFilm
                      + ": "
                      + own
                      + " dB, neighbour "
                      + neighbour
                      + ": "
                      + other
                      + " dB");
            }
          }
        });
  }

  @Test
  void theSoundOfEachClipLiesWithin5MsOfItsSource() throws Exception {
    int rate = Media.PCM_RATE_HZ / 1000;
    int reach = 60 * rate;
    try (Media media = Media.open(MediaLimits.DEFAULT)) {
      float[] film = sound(media, folder.resolve("narrow.mp4"), narrow.get("lengthMs").asLong());
      List<float[]> sources = new ArrayList<>();
      for (SampleTalk talk : TALKS) {
        sources.add(sound(media, talk.video(), 90_000));
      }
      for (JsonNode clip : narrow.get("clips")) {
        int at = (int) clip.get("outStartMs").asLong() * rate;
        int length =
            Math.min(
                film.length - at,
                (int) (clip.get("outEndMs").asLong() - clip.get("outStartMs").asLong()) * rate);
        int inSource = (int) clip.get("startMs").asLong() * rate;
        Likeness.Place place =
            Likeness.find(
                film, at, length, sources.get(clip.get("video").asInt()), inSource, reach);
        assertTrue(place.correlation() > 0.9, clip.get("clipId") + ": " + place);
        assertTrue(Math.abs(place.lag()) <= 5 * rate, clip.get("clipId") + ": " + place);
      }
    }
  }

  @Test
  void theSameFilmComesToTheByteAlsoWithOtherThreadsAndLanes() throws IOException {
    byte[] film = Files.readAllBytes(folder.resolve("narrow.mp4"));
    List<String> others =
        List.of("--set=lanes.threads=1", "--set=lanes.lanes=2", "--set=lanes.batch=3");
    for (List<String> changed : List.of(List.<String>of(), others)) {
      List<String> options =
          new ArrayList<>(
              List.of(
                  "--words=people,rain,freedom,oven,why the",
                  "--padding-before=0.3",
                  "--padding-after=0.3",
                  "--merge-gap=0"));
      options.addAll(changed);
      compile("again.mp4", options.toArray(new String[0]));
      assertArrayEquals(film, Files.readAllBytes(folder.resolve("again.mp4")), options.toString());
    }
  }

  private static JsonNode compile(String name, String... options) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("compile"));
    TALKS.forEach(talk -> arguments.add(talk.video().toString()));
    arguments.addAll(List.of("-o", folder.resolve(name).toString(), "--language=en"));
    arguments.addAll(List.of(options));
    ProgramRun run = ProgramRun.withBundledModel(arguments.toArray(new String[0]));
    assertEquals(0, run.exitCode(), run.err());
    return new ObjectMapper().readTree(folder.resolve(name.replace(".mp4", ".json")).toFile());
  }

  private static List<FoundMatch> matches(JsonNode film) {
    List<FoundMatch> matches = new ArrayList<>();
    for (JsonNode clip : film.get("clips")) {
      for (JsonNode match : clip.get("matches")) {
        matches.add(
            new FoundMatch(
                clip.get("video").asInt(),
                match.get("text").asText(),
                match.get("startMs").asLong(),
                match.get("endMs").asLong(),
                clip));
      }
    }
    return matches;
  }

  /** The true words of a match: those of the same text that are nearest to it. */
  private static List<TrueWord> trueWords(FoundMatch match) {
    List<TrueWord> talk = TALKS.get(match.video()).words();
    String[] texts = fold(match.text()).split(" ");
    List<List<TrueWord>> places = new ArrayList<>();
    for (int i = 0; i + texts.length <= talk.size(); i++) {
      List<TrueWord> place = talk.subList(i, i + texts.length);
      if (fold(String.join(" ", place.stream().map(TrueWord::text).toList()))
          .equals(String.join(" ", texts))) {
        places.add(place);
      }
    }
    return places.stream()
        .min(
            Comparator.comparingDouble(place -> Math.abs(place.get(0).startMs() - match.startMs())))
        .orElseThrow(() -> new AssertionError(match + " is not said in the talk"));
  }

  private static String fold(String text) {
    return text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9' ]", "");
  }

  private static int frame(long ms) {
    return Math.toIntExact(ms / FRAME_MS);
  }

  private static float[] sound(Media media, Path file, long lengthMs) throws Exception {
    Path pcm = folder.resolve("sound.f32");
    media
        .extractSound(file, new TimeRange(0, lengthMs), pcm)
        .result()
        .toCompletionStage()
        .toCompletableFuture()
        .get();
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(pcm)).order(ByteOrder.LITTLE_ENDIAN);
    float[] samples = new float[bytes.remaining() / Float.BYTES];
    bytes.asFloatBuffer().get(samples);
    return samples;
  }
}
