package io.fastwhisper.page;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.media.MediaMaker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Makes the pictures of the page in the documents, into the folder that the property names: {@code
 * mvn -o -q verify -Dtest=ReadmeImagesTest -Dfastwhisper.images=docs/images}. They look best where
 * Debian's fonts-inter is installed.
 */
@ExtendWith(PageExtension.class)
@EnabledIfSystemProperty(named = "fastwhisper.images", matches = ".+")
class ReadmeImagesTest {
  private static final long LARGEST_BYTES = 200_000;
  private static final String PALETTE =
      "split[a][b];[a]palettegen=stats_mode=single[p];[b][p]paletteuse=dither=bayer:bayer_scale=5";

  @TempDir Path scratch;
  private Browser browser;
  private Person person;

  @BeforeEach
  void come(Browser browser, PageServer server) {
    this.browser = browser;
    person = new Person(browser, server);
    person.comes();
  }

  @Test
  void filmWithItsClips() throws Exception {
    browser.size(1280, 1130);
    make();
    take("page-film.png");
  }

  @Test
  void compositionInTheDark() throws Exception {
    browser.wishes("dark", true);
    browser.size(1280, 950);
    person.givesSamples();
    person.givesWords("people, freedom, rain");
    browser.script("document.activeElement.blur()");
    take("page-compose.png");
  }

  @Test
  void filmOnATelephone() throws Exception {
    browser.size(390, 2400);
    make();
    browser.size(390, 1180);
    take("page-phone.png");
  }

  private void make() {
    person.givesSamples();
    person.givesWords("people, freedom, rain, the oven");
    person.makesTheFilm();
    person.seesTheFilm();
    browser.until("pictures", () -> browser.visible(".clip-picture.drawn").size() >= 6);
    browser.visible(".clip-go").get(5).click();
    browser.until("the sixth clip's word", () -> person.playing() && person.playerTime() > 15);
    browser.script(
        "document.querySelector('.screen video').pause(); document.activeElement.blur(); scrollTo(0, 0)");
  }

  /** Few colours make a small file, and the page has few. */
  private void take(String name) throws Exception {
    Path whole = Files.write(scratch.resolve("whole.png"), browser.picture());
    Path small = new MediaMaker(scratch).make(name, "-i", whole.toString(), "-vf", PALETTE);
    assertTrue(Files.size(small) < LARGEST_BYTES, name + " has " + Files.size(small) + " bytes");
    Path folder = Files.createDirectories(Path.of(System.getProperty("fastwhisper.images")));
    Files.copy(small, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
  }
}
