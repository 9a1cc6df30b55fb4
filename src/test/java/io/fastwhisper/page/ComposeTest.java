package io.fastwhisper.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** Where videos, words and options are given. */
@ExtendWith(PageExtension.class)
class ComposeTest {
  private Browser browser;
  private Person person;

  @BeforeEach
  void come(Browser browser, PageServer server) {
    this.browser = browser;
    person = new Person(browser, server);
    person.comes();
  }

  @Test
  void demoModelIsNamedBeforeAnythingIsGiven() {
    assertTrue(browser.see("#model-notice").getText().contains("no use on human speech"));
  }

  @Test
  void eachLineIsASourceAndNoneIsTakenTwice() {
    person.givesAddresses("https://example.org/a%20talk.mp4");
    person.givesAddresses("/videos/b.mkv");
    person.givesAddresses("https://example.org/a%20talk.mp4");

    assertEquals(
        List.of("https://example.org/a%20talk.mp4", "/videos/b.mkv"),
        browser.texts(".source-name"));
  }

  @Test
  void pastedLinesAreSourcesAtOnce() {
    browser.paste(
        "#source-text", "https://example.org/a.mp4\n\n  https://example.org/b.mp4\r\n/c.mp4\n");

    browser.until("three sources", () -> browser.texts(".source-name").size() == 3);
    assertEquals(
        List.of("https://example.org/a.mp4", "https://example.org/b.mp4", "/c.mp4"),
        browser.texts(".source-name"));
  }

  @Test
  void sourcesAreMovedAndRemoved() {
    person.givesSamples();

    browser.click("button", "Move bread.mp4 up");
    assertEquals(List.of("water.mp4", "bread.mp4", "freedom.mp4"), browser.texts(".source-name"));
    browser.click("button", "Remove water.mp4");
    assertEquals(List.of("bread.mp4", "freedom.mp4"), browser.texts(".source-name"));
    assertEquals("Remove bread.mp4", browser.focused(), "the focus is not lost with the row");
  }

  @Test
  void commasAndEnterMakeWordsAndPhrasesAndBackspaceTakesTheLastBack() {
    WebElement field = browser.see("#word-text");
    field.sendKeys("people, climate  change,People,");
    field.sendKeys("the oven" + Keys.ENTER);
    assertEquals(List.of("people", "climate change", "the oven"), browser.texts(Person.CHIP));

    field.sendKeys(Keys.BACK_SPACE);
    assertEquals(List.of("people", "climate change"), browser.texts(Person.CHIP));
    browser.click("button", "Remove people");
    assertEquals(List.of("climate change"), browser.texts(Person.CHIP));
  }

  @Test
  void wordsWorthSearchingAreOfferedWithTheSamples() {
    assertTrue(browser.visible(".suggestions").isEmpty());
    person.givesSamples();

    browser.click("button", "+ freedom");

    assertEquals(List.of("freedom"), browser.texts(Person.CHIP));
    assertTrue(!browser.text(".suggestions").contains("freedom"));
  }

  @Test
  void whatIsMissingIsToldWhereItIsMissing() {
    browser.click("button", "Make the film");

    assertEquals("Give at least one video.", browser.text("#sources-error"));
    assertEquals("Give at least one word or phrase.", browser.text("#words-error"));
    assertEquals("Addresses or paths, one per line", browser.focused());
  }

  @Test
  void optionOutOfItsRangeIsToldAndNotSent() {
    person.givesSamples();
    person.givesWords("rain");
    browser.see(".options summary").click();
    WebElement padding = browser.see("[data-option=paddingBeforeMs]");
    padding.clear();
    padding.sendKeys("90");

    browser.click("button", "Make the film");

    assertTrue(browser.text("[data-part=optionsError]").startsWith("Keep before each word: "));
    assertTrue(!browser.address().contains("/jobs/"));
  }

  @Test
  void optionsReachTheJob() {
    person.givesSamples();
    person.givesWords("rain");
    browser.see(".options summary").click();
    browser.see("[data-option=paddingBeforeMs]").clear();
    browser.see("[data-option=paddingBeforeMs]").sendKeys("0.2");
    browser.see("[data-option=maxLengthMs]").sendKeys("2");
    assertEquals("0.2 s before, at most 2 s", browser.text("[data-part=optionSummary]"));
    person.makesTheFilm();
    person.seesTheFilm();

    assertTrue(browser.text("[data-part=line]").contains("ended at the greatest length"));
    assertTrue(person.playerNumber("duration") <= 2.1);
  }

  @Test
  void draftOutlivesAReload() {
    person.givesSamples();
    person.givesWords("rain, the oven");

    browser.reload();

    browser.until("the draft", () -> browser.visible(Person.SOURCE).size() == 3);
    assertEquals(List.of("rain", "the oven"), browser.texts(Person.CHIP));
  }

  @Test
  void droppedFileIsSentAndFails() {
    browser.drop(".drop", "not a talk.mp4", "nothing that could be played");
    browser.until("the upload", () -> browser.text(".source-note").contains("uploaded"));
    person.givesWords("rain");
    person.makesTheFilm();

    person.sees("error");

    assertTrue(
        browser.text(".source-group").startsWith("not a talk.mp4"), browser.text(".source-group"));
    assertEquals("No film could be made", browser.text(".screen-main"));
  }
}
