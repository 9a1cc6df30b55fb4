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
  /** Address of a job, once one of the tests has made it. */
  private static String job;

  private Browser browser;
  private PageServer server;
  private Person person;

  @BeforeEach
  void haveAJob(Browser browser, PageServer server) {
    this.browser = browser;
    this.server = server;
    person = new Person(browser, server);
    if (job == null) {
      job = makeJob();
    } else {
      browser.open(job);
    }
    person.seesTheFilm();
  }

  private String makeJob() {
    person.comes();
    person.givesAddresses("sample:bread");
    person.givesWords("oven");
    person.makesTheFilm();
    person.sees("completed");
    return browser.address();
  }

  @Test
  void newestJobIsTheFirstOfTheListAndOpensFromIt() {
    browser.click("link", "Jobs");

    String row = browser.see(".job-row").getText();
    assertTrue(row.contains("oven") && row.contains("bread.mp4") && row.contains("Done"), row);
    browser.see(".job-row").click();

    browser.until("the job", () -> browser.address().equals(job));
    person.seesTheFilm();
    browser.back();
    browser.see(".jobs-view");
  }

  @Test
  void jobOpensByItsAddress() {
    browser.open(server.address());
    browser.open(job);

    person.seesTheFilm();
    assertEquals(List.of("oven"), browser.texts(".job-title mark"));
  }

  @Test
  void deletedJobIsGoneOnceThatIsConfirmed() {
    String another = makeJob();
    browser.click("button", "Delete");
    browser.click("button", "Keep it");
    assertEquals(another, browser.address());

    browser.click("button", "Delete");
    browser.see("dialog .danger-fill").click();

    browser.see(".jobs-view");
    browser.open(another);
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
