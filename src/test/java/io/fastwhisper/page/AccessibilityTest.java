package io.fastwhisper.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;

/** The page for those who do not see it, do not point, or have a small screen. */
@ExtendWith(PageExtension.class)
class AccessibilityTest {
  private static final List<String> NOTHING = List.of();
  private Browser browser;
  private Person person;

  @BeforeEach
  void come(Browser browser, PageServer server) {
    this.browser = browser;
    person = new Person(browser, server);
    person.comes();
  }

  @ParameterizedTest
  @ValueSource(strings = {"light", "dark"})
  void axeFindsNothingInAnyView(String theme) throws IOException {
    browser.wishes(theme, false); // what fades in has little contrast for a moment
    person.givesSamples();
    person.givesAddresses("http://127.0.0.1:1/talk.mp4");
    person.givesWords("rain, the oven");
    browser.see(".options summary").click();
    browser.click("button", "Make the film"); // all is there: what follows is a job
    browser.see(".job-view[data-status]");
    assertEquals(NOTHING, browser.axeViolations(), "a job that runs");
    person.seesTheFilm();
    browser.until("pictures", () -> !browser.visible(".clip-picture.drawn").isEmpty());
    assertEquals(NOTHING, browser.axeViolations(), "a job that is done");

    browser.click("button", "Delete");
    assertEquals(NOTHING, browser.axeViolations(), "the question before a job is deleted");
    browser.click("button", "Keep it");
    browser.click("button", "Change and run again");
    browser.see(".options summary").click();
    browser.see(".job-row");
    assertEquals(NOTHING, browser.axeViolations(), "what is being composed");
    browser.click("link", "All jobs");
    browser.see(".jobs-view .job-row");
    assertEquals(NOTHING, browser.axeViolations(), "the list of jobs");
  }

  @Test
  void filmIsMadeAndPlayedByTheKeyboardAlone() {
    browser.tabTo("Skip to the content");
    browser.type(Keys.ENTER);
    browser.tabTo("Use the samples");
    assertTrue(browser.focusIsVisible());
    browser.type(Keys.ENTER);
    browser.until("three sources", () -> browser.visible(Person.SOURCE).size() == 3);
    browser.type("rain", Keys.ENTER); // the focus has gone on to the words
    browser.tabTo("Options");
    browser.tabTo("Make the film");
    assertTrue(browser.focusIsVisible());
    browser.type(Keys.ENTER);
    person.seesTheFilm();

    browser.tabTo("Download film");
    browser.tabTo("Previous clip");
    browser.tabTo("Clip 1 ");
    assertTrue(browser.focusIsVisible());
    browser.type(Keys.ARROW_DOWN);
    browser.type(Keys.ENTER);

    browser.until("the second clip plays", () -> person.playing() && person.currentClip() == 2);
  }

  @Test
  void whatHappensByItselfIsSaid() {
    browser.script(
        "window.said = []; new MutationObserver(() => said.push(document.getElementById('announcements').textContent))"
            + ".observe(document.getElementById('announcements'), {childList: true, characterData: true, subtree: true})");
    person.givesSamples();
    person.givesWords("rain");
    person.makesTheFilm();
    person.seesTheFilm();

    browser.until(
        "that the film is ready",
        () ->
            String.valueOf(browser.script("return said.join(' ')"))
                .contains("The film is ready: "));
  }

  @Test
  void nothingSticksOutOnATelephoneOrAnyOtherWidth() {
    browser.size(360, 740);
    person.givesSamples();
    person.givesAddresses(
        "http://127.0.0.1:1/a-name-that-is-longer-than-any-telephone-is-wide-"
            + "x".repeat(80)
            + ".mp4");
    person.givesWords("rain, the oven, " + "w".repeat(60));
    browser.see(".options summary").click();
    nothingSticksOut("what is being composed");
    person.makesTheFilm();
    nothingSticksOut("a job that runs");
    person.seesTheFilm();
    nothingSticksOut("a job that is done");
    browser.visible(".clip-go").get(1).click();
    browser.until("the second clip plays", () -> person.playing() && person.currentClip() == 2);
    browser.click("link", "Jobs");
    browser.see(".job-row");
    nothingSticksOut("the list of jobs");
  }

  /** Ends at the width of a telephone. */
  private void nothingSticksOut(String view) {
    for (int width : new int[] {1024, 760, 360}) {
      browser.size(width, 740);
      assertEquals(NOTHING, browser.sticksOut(), view + " at width " + width);
    }
  }

  @Test
  void nothingMovesForThoseWhoWantItStill() {
    browser.wishes("light", false);
    person.givesSamples();
    person.givesWords("rain");
    person.makesTheFilm();

    assertEquals(0L, browser.script("return document.getAnimations().length"));
    person.seesTheFilm();
    assertEquals(0L, browser.script("return document.getAnimations().length"));
  }
}
