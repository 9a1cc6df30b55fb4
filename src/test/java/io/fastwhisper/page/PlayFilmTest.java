package io.fastwhisper.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** The film's player and its chapters. */
@ExtendWith(PageExtension.class)
class PlayFilmTest {
  private static final double FRAME_S = 0.05;

  /** Address of the job with the film, once one of the tests has made it. */
  private static String film;

  private Browser browser;
  private Person person;

  @BeforeEach
  void haveAFilm(Browser browser, PageServer server) {
    this.browser = browser;
    person = new Person(browser, server);
    if (film == null) {
      person.comes();
      person.givesSamples();
      person.givesWords("rain, the oven");
      person.makesTheFilm();
      film = browser.address();
    } else {
      browser.open(film);
    }
    person.seesTheFilm();
  }

  @Test
  void clickOnAClipPlaysTheFilmFromThereAndTheMarkGoesOn() {
    goOf(3).click();

    browser.until("the film plays", () -> person.playing() && person.playerTime() > startOf(3));
    assertEquals(3, person.currentClip());
    assertTrue(browser.text(".deck-now").startsWith("Clip 3 of "), browser.text(".deck-now"));
    browser.until("the next clip is marked", () -> person.currentClip() == 4);
    assertTrue(person.playing());
  }

  @Test
  void clipPlayedAloneStopsAtItsEnd() {
    browser.named("button", "Play only clip 2").click();

    browser.until("it plays", person::playing);
    browser.until("it stops", () -> !person.playing());

    assertEquals(startOf(3), person.playerTime(), 2 * FRAME_S);
    assertEquals(2, person.currentClip());
  }

  @Test
  void keysPlayAndGoFromClipToClip() {
    goOf(1).click();
    browser.until("the film plays", person::playing);

    browser.type("]");
    browser.until("the second clip", () -> person.currentClip() == 2);
    browser.type("]");
    browser.until("the third clip", () -> person.currentClip() == 3);
    browser.type("[");
    browser.until("the clip before", () -> person.currentClip() == 2);
  }

  @Test
  void arrowsGoThroughTheClipsAndEnterPlays() {
    browser.tabTo("Clip 1 "); // the list is one stop of the Tab key: its first clip
    browser.type(Keys.ARROW_DOWN);
    browser.type(Keys.ARROW_DOWN);
    browser.type(Keys.ENTER);

    browser.until("the third clip plays", () -> person.playing() && person.currentClip() == 3);
    browser.type(Keys.END);
    browser.type(Keys.TAB);
    assertTrue(
        browser.focused().startsWith("Play only clip " + browser.visible(Person.CLIP).size()),
        browser.focused());
  }

  @Test
  void matchPlaysTheFilmAtItsWord() {
    List<WebElement> matches = browser.visible(Person.MATCH);
    WebElement second =
        matches.get(1).findElement(org.openqa.selenium.By.cssSelector("[data-part=play]"));
    second.click();

    browser.until("the film plays", person::playing);
    assertEquals(2, person.currentClip());
    assertTrue(
        person.playerTime() > startOf(2), "it begins shortly before the word, inside the clip");
  }

  @Test
  void oneWordCanBeShownAlone() {
    browser.click("button", "rain");

    assertEquals(
        List.of("rain"),
        browser.texts(".match-row mark").stream().map(String::toLowerCase).distinct().toList());
    browser.click("button", "All");
    assertTrue(browser.texts(".match-row mark").contains("the oven"));
  }

  @Test
  void eachClipShowsAPictureOfItself() {
    browser.until("pictures", () -> browser.visible(".clip-picture.drawn").size() >= 3);
    Object colours =
        browser.script(
            "const c = document.querySelector('.clip-picture.drawn canvas');"
                + "return new Set(c.getContext('2d').getImageData(0, 0, c.width, c.height).data).size");
    assertTrue(((Number) colours).intValue() > 10, "more than one colour");
    assertFalse(person.playing(), "the player itself stays where it is");
  }

  private WebElement goOf(int clip) {
    return browser.visible(".clip-go").get(clip - 1);
  }

  /** Where the clip begins in the film, seconds. */
  private double startOf(int clip) {
    Object ms =
        browser.script(
            "return fetch('/api/v1' + location.hash.slice(1) + '/clips').then(a => a.json()).then(a => a.clips[arguments[0]].outStartMs)",
            clip - 1);
    return ((Number) ms).doubleValue() / 1000;
  }
}
