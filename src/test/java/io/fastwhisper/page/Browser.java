package io.fastwhisper.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.JavascriptExecutor;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.TimeoutException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.WebDriverWait;

/** A headless Chromium in the hands of a person who sees, points, types and waits. */
final class Browser implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Duration GLANCE = Duration.ofMillis(50);
  private static final int MOST_TABS = 120;
  private static final int MOST_PLACES = 3;
  private static final ObjectMapper JSON = new ObjectMapper();

  /** It warns that it has no wrapper for this Chromium's own protocol, and none is used. */
  private static final Logger SELENIUM = Logger.getLogger("org.openqa.selenium");

  static {
    SELENIUM.setLevel(Level.SEVERE);
  }

  private static final String AXE = resource("/axe.min.js");

  private final ChromeDriver driver;
  private final Path downloads;

  private Browser(ChromeDriver driver, Path downloads) {
    this.driver = driver;
    this.downloads = downloads;
  }

  /** Starts one that puts downloads into a folder of its own below this one. */
  static Browser start(Path folder) throws IOException {
    Path downloads = Files.createTempDirectory(folder, "downloads");
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    logs.enable(LogType.PERFORMANCE, Level.ALL);
    ChromeOptions options = new ChromeOptions();
    options.setBinary(program("chromium").toFile());
    options.addArguments(
        "--headless=new",
        "--no-sandbox", // the tests may run as root in a container
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--mute-audio",
        "--hide-scrollbars",
        "--force-color-profile=srgb",
        "--lang=en-GB");
    options.setExperimentalOption(
        "prefs", Map.of("download.default_directory", downloads.toString()));
    options.setExperimentalOption("perfLoggingPrefs", Map.of("enablePage", false));
    options.setCapability("goog:loggingPrefs", logs);
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(program("chromedriver").toFile())
            .build();
    Browser browser = new Browser(new ChromeDriver(service, options), downloads);
    return browser;
  }

  void size(int width, int height) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
  }

  /** What the person's system is set to: "light" or "dark", and whether things may move. */
  void wishes(String theme, boolean movement) {
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(
                Map.of("name", "prefers-color-scheme", "value", theme),
                Map.of(
                    "name",
                    "prefers-reduced-motion",
                    "value",
                    movement ? "no-preference" : "reduce"))));
  }

  /** Opens an address as if it were typed: also where only what follows the # differs. */
  void open(String address) {
    driver.get("about:blank");
    driver.get(address);
  }

  String address() {
    return driver.getCurrentUrl();
  }

  String title() {
    return driver.getTitle();
  }

  void reload() {
    driver.navigate().refresh();
  }

  void back() {
    driver.navigate().back();
  }

  /** Waits until this is so. */
  void until(String what, BooleanSupplier condition) {
    try {
      new WebDriverWait(driver, PATIENCE, GLANCE)
          .ignoring(StaleElementReferenceException.class)
          .until(seen -> condition.getAsBoolean());
    } catch (TimeoutException e) {
      throw new AssertionError("never seen: " + what + "; the page shows:\n" + text("body"), e);
    }
  }

  /** The first visible element of this kind, once there is one. */
  WebElement see(String css) {
    until(css, () -> !visible(css).isEmpty());
    return visible(css).get(0);
  }

  List<WebElement> visible(String css) {
    return shown(css, "");
  }

  /** The visible elements of which the text or the label begins so; asked for in one go. */
  @SuppressWarnings("unchecked")
  private List<WebElement> shown(String css, String beginning) {
    return (List<WebElement>)
        script(
            "return [...document.querySelectorAll(arguments[0])].filter(e =>"
                + " e.checkVisibility({visibilityProperty: true}) && e.getClientRects().length > 0"
                + " && (e.getAttribute('aria-label') || e.textContent).trim().startsWith(arguments[1]))",
            css,
            beginning);
  }

  /** The one that a person would call by this name, once it is there. */
  WebElement named(String role, String name) {
    List<WebElement> found = new ArrayList<>();
    until(
        role + " \"" + name + "\"",
        () -> {
          found.clear();
          shown(role.equals("link") ? "a" : role, name).stream()
              .filter(element -> element.getAccessibleName().startsWith(name))
              .findFirst()
              .ifPresent(found::add);
          return !found.isEmpty();
        });
    return found.get(0);
  }

  void click(String role, String name) {
    named(role, name).click();
  }

  /** What is written in the first element of this kind; "" where there is none. */
  String text(String css) {
    List<WebElement> found = driver.findElements(By.cssSelector(css));
    return found.isEmpty() ? "" : found.get(0).getText();
  }

  List<String> texts(String css) {
    return driver.findElements(By.cssSelector(css)).stream().map(WebElement::getText).toList();
  }

  /** Types into whatever has the focus. */
  void type(CharSequence... keys) {
    driver.switchTo().activeElement().sendKeys(keys);
  }

  /** Goes by the Tab key to what is called so. */
  void tabTo(String name) {
    Set<String> passed = new TreeSet<>();
    for (int i = 0; i < MOST_TABS; i++) {
      type(Keys.TAB);
      String here = focused();
      if (here.startsWith(name)) {
        return;
      }
      passed.add(here);
    }
    throw new AssertionError("the Tab key never comes to " + name + ", only to " + passed);
  }

  /** The name of what has the focus. */
  String focused() {
    return driver.switchTo().activeElement().getAccessibleName();
  }

  /** Whether a person sees where the focus is. */
  boolean focusIsVisible() {
    return (Boolean)
        script(
            "const e = document.activeElement; const s = getComputedStyle(e);"
                + "const box = getComputedStyle(e.closest('.drop, .chip-field') || e);"
                + "return s.outlineStyle !== 'none' || box.boxShadow !== 'none'");
  }

  Object script(String script, Object... arguments) {
    return ((JavascriptExecutor) driver).executeScript(script, arguments);
  }

  /** The field behind "Choose files". */
  WebElement fileField() {
    return driver.findElement(By.cssSelector("input[type=file]"));
  }

  /** Forgets what was being composed. */
  void forgetDraft() {
    script("sessionStorage.clear()");
  }

  /** Pastes a text into a field. */
  void paste(String css, String text) {
    WebElement field = see(css);
    field.click();
    driver.executeCdpCommand("Input.insertText", Map.of("text", text));
    script(
        "arguments[0].dispatchEvent(new ClipboardEvent('paste', {bubbles: true, cancelable: true}))",
        field);
  }

  /** Lets go of a file with this content over the element. */
  void drop(String css, String name, String content) {
    script(
        "const data = new DataTransfer();"
            + "data.items.add(new File([arguments[2]], arguments[1], {type: 'video/mp4'}));"
            + "for (const kind of ['dragover', 'drop'])"
            + "  document.querySelector(arguments[0]).dispatchEvent("
            + "    new DragEvent(kind, {bubbles: true, cancelable: true, dataTransfer: data}));",
        css,
        name,
        content);
  }

  /** The one file that was downloaded, once it is whole. */
  Path downloaded() {
    List<Path> whole = new ArrayList<>();
    until(
        "a download",
        () -> {
          whole.clear();
          try (var files = Files.list(downloads)) {
            // Until it is whole, a download has another name.
            files.filter(file -> file.toString().endsWith(".mp4")).forEach(whole::add);
          } catch (IOException e) {
            return false;
          }
          return whole.size() == 1;
        });
    return whole.get(0);
  }

  /** What is wider than the window. */
  List<?> sticksOut() {
    return (List<?>)
        script(
            "const wide = document.documentElement.clientWidth;"
                + "if (document.documentElement.scrollWidth <= wide) return [];"
                + "return [...document.querySelectorAll('body *')]"
                + "  .filter(e => e.getBoundingClientRect().right > wide + 1)"
                + "  .map(e => e.tagName + '.' + e.className)");
  }

  /** What axe finds wrong with the page as it stands: rule, what is meant, where. */
  List<String> axeViolations() throws IOException {
    driver.manage().timeouts().scriptTimeout(PATIENCE);
    driver.executeScript(AXE);
    Object found =
        driver.executeAsyncScript(
            "const done = arguments[0];"
                + "axe.run(document, {resultTypes: ['violations']})"
                + ".then(r => done(JSON.stringify(r.violations)), e => done(JSON.stringify([{id: String(e), help: '', nodes: []}])))");
    List<String> violations = new ArrayList<>();
    for (JsonNode rule : JSON.readTree((String) found)) {
      List<String> places = new ArrayList<>();
      for (JsonNode node : rule.path("nodes")) {
        if (places.size() < MOST_PLACES) {
          places.add(node.path("html").asText() + " " + node.at("/any/0/message").asText());
        }
      }
      violations.add(rule.path("id").asText() + ": " + rule.path("help").asText() + " " + places);
    }
    return violations;
  }

  /**
   * Errors and warnings on the browser's console since this was last asked: a broken policy is one
   * of them.
   */
  List<String> complaints() {
    return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
        .map(LogEntry::getMessage)
        .toList();
  }

  /** All hosts that pages have asked for something since this was last asked. */
  Set<String> hosts() throws IOException {
    Set<String> hosts = new TreeSet<>();
    for (LogEntry entry : driver.manage().logs().get(LogType.PERFORMANCE).getAll()) {
      JsonNode message = JSON.readTree(entry.getMessage()).path("message");
      if (message.path("method").asText().equals("Network.requestWillBeSent")) {
        String host = URI.create(message.at("/params/request/url").asText()).getHost();
        if (host != null) {
          hosts.add(host);
        }
      }
    }
    return hosts;
  }

  byte[] picture() {
    return driver.getScreenshotAs(OutputType.BYTES);
  }

  @Override
  public void close() {
    driver.quit();
  }

  /** On the path; {@code ./fastwhisper test} installs what is missing. */
  private static Path program(String name) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("there is no " + name + " on the path"));
  }

  private static String resource(String name) {
    try (InputStream in = Browser.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException(name, e);
    }
  }
}
