package io.fastwhisper.page;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The server dies while somebody looks on. */
@ExtendWith(PageExtension.class)
class RestartTest {
  private static PageServer server;

  @BeforeAll
  static void start() throws IOException {
    server = PageServer.start();
  }

  @AfterAll
  static void end() throws IOException {
    server.close();
  }

  @Test
  void jobGoesOnUnderTheEyesOfItsReaderAfterTheServerWasKilled(Browser browser) throws Exception {
    Person person = new Person(browser, server);
    person.comes();
    person.givesSamples();
    person.givesWords("rain, the oven");
    person.makesTheFilm();
    browser.until("a match", () -> !browser.visible(Person.MATCH).isEmpty());

    server.kill();
    browser.until("that the connection is lost", () -> !browser.visible(".connection").isEmpty());
    server.startAgain();

    person.seesTheFilm();
    assertEquals(List.of(), browser.visible(".connection"));
    List<String> matches = browser.texts(Person.MATCH);
    assertEquals(matches.stream().distinct().toList(), matches, "nothing is shown twice");
    browser.complaints(); // the lost connection stands on the console
    assertEquals(5, matches.size(), "as often as the talks say them");
  }
}
