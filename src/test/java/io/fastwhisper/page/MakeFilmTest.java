package io.fastwhisper.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.media.MediaMaker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** From videos and words to a film, as a person goes through it. */
@ExtendWith(PageExtension.class)
class MakeFilmTest {
  @TempDir Path folder;
  private Browser browser;
  private Person person;

  @BeforeEach
  void come(Browser browser, PageServer server) {
    this.browser = browser;
    person = new Person(browser, server);
    person.comes();
  }

  @Test
  void samplesAndWordsBecomeAFilmThatIsPlayedAndDownloaded() throws Exception {
    person.givesSamples();
    person.givesWords("freedom, the oven");
    person.makesTheFilm();

    browser.until("a match", () -> !browser.visible(Person.MATCH).isEmpty());
    person.seesTheFilm();

    assertEquals(List.of("freedom", "the oven"), browser.texts(".job-title mark"));
    assertTrue(browser.text(".video-list").contains("freedom.mp4"), browser.text(".video-list"));
    for (String stage : browser.texts(".stage")) {
      assertTrue(stage.contains("done"), stage);
    }
    String match = browser.text(Person.MATCH);
    assertTrue(match.matches("(?s)freedom\\s+freedom.mp4\\s+\\d:\\d\\d\\.\\d\\s+\\d+ %"), match);
    String clip = browser.text(Person.CLIP);
    assertTrue(clip.contains("freedom.mp4 · 0:04.2 · "), clip);
    List<String> starts = browser.texts(".clip-at");
    assertEquals(starts.stream().sorted().toList(), starts, "clips stand in the film's order");
    assertTrue(browser.text("#model-notice").contains("no use on human speech"));

    browser.click("link", "Download film");
    Path film = browser.downloaded();
    assertTrue(film.getFileName().toString().endsWith(".mp4"), film.toString());
    assertEquals(
        "ftyp",
        new String(Files.readAllBytes(film), 4, 4, java.nio.charset.StandardCharsets.US_ASCII));
  }

  @Test
  void reloadInTheMiddleLosesNothing() throws Exception {
    person.choosesFile(talk("early.mp4", 3, 40));
    person.choosesFile(talk("late.mp4", 7, 40));
    person.givesWords("rain");
    person.makesTheFilm();
    browser.until("a match", () -> !browser.visible(Person.MATCH).isEmpty());
    List<String> heard = browser.texts(Person.MATCH);
    String job = browser.address();

    browser.reload();

    browser.until("what was heard before", () -> browser.texts(Person.MATCH).containsAll(heard));
    assertEquals(job, browser.address());
    person.seesTheFilm();
    List<String> matches = browser.texts(Person.MATCH);
    assertTrue(matches.containsAll(heard));
    assertEquals(matches.stream().distinct().toList(), matches, "nothing is shown twice");
    List<String> clips = browser.texts(Person.CLIP);
    assertEquals(clips.stream().distinct().toList(), clips, "nothing is shown twice");

    browser.reload();

    person.seesTheFilm();
    assertEquals(matches, browser.texts(Person.MATCH));
    assertEquals(clips, browser.texts(Person.CLIP));
  }

  @Test
  void cancelledJobSaysSoAndCanBeRunAgain() throws Exception {
    person.choosesFile(talk("cancelled.mp4", 11, 60));
    person.givesWords("water, people");
    person.makesTheFilm();

    browser.click("button", "Cancel");

    person.sees("cancelled");
    assertEquals("Cancelled", browser.text(".screen-main"));
    assertTrue(browser.visible("[data-part=download]").isEmpty());

    browser.click("button", "Change and run again");

    assertEquals(List.of("cancelled.mp4"), browser.texts(".source-name"));
    assertEquals(List.of("water", "people"), browser.texts(Person.CHIP));
  }

  @Test
  void failureStandsBesideItsSource() {
    person.givesSamples();
    person.givesAddresses("http://127.0.0.1:1/talk.mp4");
    person.givesWords("rain");
    person.makesTheFilm();

    person.seesTheFilm();

    List<String> groups = browser.texts(".source-group");
    assertTrue(groups.get(3).startsWith("http://127.0.0.1:1/talk.mp4"), groups.get(3));
    assertTrue(groups.get(3).contains("not an address of the public internet"), groups.get(3));
    assertFalse(groups.get(0).contains("internet"), groups.get(0));
  }

  @Test
  void sourceThatTheServerDoesNotTakeIsToldBesideItBeforeAJobIsMade() {
    person.givesAddresses("/etc/passwd");
    person.givesWords("rain");
    browser.click("button", "Make the film");

    browser.until(
        "the reason", () -> browser.text(Person.SOURCE).contains("folder that this server allows"));
    assertEquals("Remove /etc/passwd", browser.focused());
    browser.complaints(); // the answer, 400, stands on the console
  }

  @Test
  void soundAloneGetsAFlatPlayer() throws Exception {
    person.choosesFile(
        new MediaMaker(folder)
            .make("talk.m4a", "-t", "40", "-i", "samples/water.mp4", "-vn", "-c:a", "copy"));
    person.givesWords("rain");
    person.makesTheFilm();
    person.seesTheFilm();

    assertTrue(browser.see(".screen").getSize().height < 120);
    browser.visible(".clip-go").get(1).click();
    browser.until("the second clip plays", () -> person.playing() && person.currentClip() == 2);
  }

  @Test
  void wordsThatAreNotSaidGiveNoFilmAndSaySo() {
    person.givesSamples();
    person.givesWords("xylophone");
    person.makesTheFilm();

    person.sees("completed");

    assertEquals("None of the words was heard", browser.text(".screen-main"));
    assertTrue(browser.visible("[data-part=download]").isEmpty());
  }

  /** A talk that nobody has transcribed yet: so many seconds of a sample, from this one on. */
  private Path talk(String name, int fromSecond, int seconds) throws Exception {
    return new MediaMaker(folder)
        .make(
            name,
            "-ss",
            String.valueOf(fromSecond),
            "-t",
            String.valueOf(seconds),
            "-i",
            "samples/water.mp4",
            "-c:v",
            "copy",
            "-c:a",
            "aac");
  }
}
