package io.fastwhisper.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Jobs of before. */
@ExtendWith(PageExtension.class)
class JobsTest {
  private Browser browser;
  private PageServer server;
  private Person person;

  @BeforeEach
  void haveAJob(Browser browser, PageServer server) {
    this.browser = browser;
    this.server = server;
    person = new Person(browser, server);
    person.comes();
    person.givesSamples();
    person.givesWords("oven");
    person.makesTheFilm();
    person.sees("completed");
  }

  @Test
  void newestJobIsTheFirstOfTheListAndOpensFromIt() {
    String job = browser.address();
    browser.click("link", "Jobs");

    String row = browser.see(".job-row").getText();
    assertTrue(row.contains("oven") && row.contains("water.mp4") && row.contains("Done"), row);
    browser.see(".job-row").click();

    browser.until("the job", () -> browser.address().equals(job));
    person.seesTheFilm();
    browser.back();
    browser.see(".jobs-view");
  }

  @Test
  void jobOpensByItsAddress() {
    String job = browser.address();
    browser.open(job);

    person.seesTheFilm();
    assertEquals(List.of("oven"), browser.texts(".job-title mark"));
  }

  @Test
  void deletedJobIsGoneOnceThatIsConfirmed() {
    String job = browser.address();
    browser.click("button", "Delete");
    browser.click("button", "Keep it");
    assertEquals(job, browser.address());

    browser.click("button", "Delete");
    browser.see("dialog .danger-fill").click();

    browser.see(".jobs-view");
    browser.open(job);
    browser.until("that it is gone", () -> browser.text("h1").equals("There is no such job"));
    browser.complaints(); // the answer, 404, stands on the console
  }

  @Test
  void addressOfNothingSaysSo() {
    browser.open(server.address() + "#/elsewhere");

    browser.until(
        "that there is nothing", () -> browser.text("h1").equals("There is nothing here"));
  }
}
