package io.fastwhisper.page;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests a {@link Browser} and a {@link PageServer} that all of them share. After each test
 * the browser must have nothing to complain about, and must have spoken to this host alone.
 */
final class PageExtension implements BeforeEachCallback, AfterEachCallback, ParameterResolver {
  private static final Namespace SHARED = Namespace.create(PageExtension.class);

  /** Closed by JUnit when all tests have run. */
  private record Shared(PageServer server, Browser browser) implements AutoCloseable {
    static Shared start() {
      try {
        PageServer server = PageServer.start();
        return new Shared(server, Browser.start(server.folder()));
      } catch (java.io.IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }

    @Override
    public void close() throws java.io.IOException {
      browser.close();
      server.close();
    }
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    Browser browser = shared(context).browser();
    browser.size(1280, 900);
    browser.wishes("light", false); // what moves costs the processor time that the server needs
    browser.complaints();
  }

  @Override
  public void afterEach(ExtensionContext context) throws java.io.IOException {
    Shared shared = shared(context);
    assertEquals(List.of(), shared.browser().complaints(), "on the browser's console");
    assertEquals(Set.of("127.0.0.1"), shared.browser().hosts(), "asked by the page");
    shared.browser().forgetDraft();
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == Browser.class || type == PageServer.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Shared shared = shared(context);
    return parameter.getParameter().getType() == Browser.class ? shared.browser() : shared.server();
  }

  private static Shared shared(ExtensionContext context) {
    return context
        .getRoot()
        .getStore(SHARED)
        .computeIfAbsent("shared", key -> Shared.start(), Shared.class);
  }
}
