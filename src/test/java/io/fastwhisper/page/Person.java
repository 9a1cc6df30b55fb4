package io.fastwhisper.page;

import java.nio.file.Path;
import org.openqa.selenium.Keys;

/** What a person does with the page, in a few words. */
final class Person {
  static final String SOURCE = ".source-row";
  static final String CHIP = ".composer [data-part=chips] .chip";
  static final String MATCH = ".match-row";
  static final String CLIP = ".clip-row";

  private final Browser browser;
  private final PageServer server;

  Person(Browser browser, PageServer server) {
    this.browser = browser;
    this.server = server;
  }

  /** Comes to the page where jobs are composed, with nothing begun. */
  void comes() {
    browser.open(server.address());
    browser.named("button", "Use the samples");
  }

  void givesSamples() {
    browser.click("button", "Use the samples");
    browser.until("three sources", () -> browser.visible(SOURCE).size() == 3);
  }

  void givesAddresses(String lines) {
    browser.see("#source-text").sendKeys(lines + "\n");
  }

  /** Chooses files from the disk; the dialog for it is the browser's own. */
  void choosesFile(Path file) {
    browser.fileField().sendKeys(file.toAbsolutePath().toString());
  }

  void givesWords(String words) {
    browser.see("#word-text").sendKeys(words + Keys.ENTER);
  }

  void makesTheFilm() {
    browser.click("button", "Make the film");
    browser.until("the job's address", () -> browser.address().contains("#/jobs/"));
    browser.see(".job-view[data-status]");
  }

  /** Waits until the job has this status. */
  void sees(String status) {
    browser.until(
        "status " + status,
        () -> !browser.visible(".job-view[data-status=" + status + "]").isEmpty());
  }

  /** Waits for a film that can be played. */
  void seesTheFilm() {
    sees("completed");
    browser.until("a film", () -> playerNumber("readyState") >= 2);
  }

  /** Number of seconds that the player is at. */
  double playerTime() {
    return playerNumber("currentTime");
  }

  boolean playing() {
    return playerNumber("paused") == 0;
  }

  double playerNumber(String property) {
    return ((Number)
            browser.script(
                "return Number(document.querySelector('.screen video')[arguments[0]])", property))
        .doubleValue();
  }

  /** Place of the clip that is marked as being played, from 1; 0 where there is none. */
  int currentClip() {
    Object place =
        browser.script(
            "return [...document.querySelectorAll('.clip-go')].findIndex(clip => clip.ariaCurrent) + 1");
    return ((Number) place).intValue();
  }
}
