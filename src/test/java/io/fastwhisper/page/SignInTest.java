package io.fastwhisper.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A server with an API key asks for it once. */
@ExtendWith(PageExtension.class)
class SignInTest {
  private static final String KEY = "correct horse battery staple";
  private static PageServer server;

  @BeforeAll
  static void start() throws IOException {
    server = PageServer.start("server.api_key=" + KEY);
  }

  @AfterAll
  static void end() throws IOException {
    server.close();
  }

  @Test
  void keyOpensThePageTheFeedAndThePlayerUntilSignedOut(Browser browser) throws IOException {
    browser.open(server.address());
    browser.see("#api-key").sendKeys("wrong");
    browser.click("button", "Sign in");
    browser.until("that it is wrong", () -> !browser.text("#sign-in-error").isEmpty());
    assertEquals(List.of(), browser.axeViolations(), "the form to sign in");
    browser.see("#api-key").sendKeys(KEY);
    browser.click("button", "Sign in");

    Person person = new Person(browser, server);
    browser.named("button", "Use the samples");
    assertEquals("", browser.script("return document.cookie"), "no script can read the cookie");
    person.givesAddresses("sample:water");
    person.givesWords("rain");
    person.makesTheFilm();
    person.seesTheFilm();
    browser.reload();
    person.seesTheFilm();

    browser.click("button", "Sign out");
    browser.see("#api-key");
    browser.reload();
    browser.see("#api-key");
    assertTrue(browser.visible(".job-view").isEmpty());
    assertTrue(browser.complaints().stream().allMatch(said -> said.contains("401")));
  }
}
