package io.fastwhisper.store;

import io.fastwhisper.cli.Main;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.logging.Logger;

/**
 * The program, with a store that kills it (SIGKILL) at its n-th write. A write has two points:
 * before its commit, and after it, before anybody is told. Points are counted from when the file of
 * the system property {@code kill.file} is there; n stands in it.
 *
 * <p>Takes the place of SQLite's driver, so that the program knows nothing of it.
 */
public final class KilledAtAWrite implements Driver {
  private static final Path FILE = Path.of(System.getProperty("kill.file"));

  private final Driver sqlite;

  /** Points that are left; -1 while none is asked for. */
  private int left = -1;

  private boolean written;

  private KilledAtAWrite(Driver sqlite) {
    this.sqlite = sqlite;
  }

  public static void main(String[] arguments) throws Exception {
    List<Driver> drivers = Collections.list(DriverManager.getDrivers());
    for (Driver driver : drivers) {
      DriverManager.deregisterDriver(driver);
      if (driver.acceptsURL("jdbc:sqlite:")) {
        DriverManager.registerDriver(new KilledAtAWrite(driver));
      }
    }
    Main.main(arguments);
  }

  private void point() {
    if (left < 0) {
      left = asked();
    }
    if (left > 0 && --left == 0) {
      kill();
    }
  }

  private static int asked() {
    try {
      return Files.exists(FILE) ? Integer.parseInt(Files.readString(FILE).strip()) : -1;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void kill() {
    try {
      new ProcessBuilder("kill", "-KILL", Long.toString(ProcessHandle.current().pid()))
          .start()
          .waitFor();
      Thread.currentThread().join();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException("not killed", e);
    }
  }

  @Override
  public Connection connect(String url, Properties properties) throws SQLException {
    return wrapped(sqlite.connect(url, properties), Connection.class, "");
  }

  /** Statements that come from it are wrapped, too; those that write are noticed. */
  private <T> T wrapped(T real, Class<T> face, String sql) {
    InvocationHandler handler =
        (proxy, method, arguments) -> {
          String text =
              arguments != null && arguments.length > 0 && arguments[0] instanceof String given
                  ? given
                  : sql;
          String verb = text.strip().split("\\s", 2)[0].toUpperCase(Locale.ROOT);
          boolean runs = method.getName().startsWith("execute");
          if (runs && !List.of("SELECT", "PRAGMA", "BEGIN", "COMMIT", "ROLLBACK").contains(verb)) {
            written = true;
          }
          boolean commits = runs && verb.equals("COMMIT") && written;
          if (commits) {
            point();
          }
          Object result = invoke(real, method, arguments);
          if (commits) {
            written = false;
            point();
          } else if (runs && verb.equals("ROLLBACK")) {
            written = false;
          }
          if (result instanceof PreparedStatement statement) {
            return wrapped(statement, PreparedStatement.class, text);
          }
          return result instanceof Statement statement
              ? wrapped(statement, Statement.class, "")
              : result;
        };
    return face.cast(
        Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {face}, handler));
  }

  private static Object invoke(Object real, java.lang.reflect.Method method, Object[] arguments)
      throws Throwable {
    try {
      return method.invoke(real, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  @Override
  public boolean acceptsURL(String url) throws SQLException {
    return sqlite.acceptsURL(url);
  }

  @Override
  public DriverPropertyInfo[] getPropertyInfo(String url, Properties properties)
      throws SQLException {
    return sqlite.getPropertyInfo(url, properties);
  }

  @Override
  public int getMajorVersion() {
    return sqlite.getMajorVersion();
  }

  @Override
  public int getMinorVersion() {
    return sqlite.getMinorVersion();
  }

  @Override
  public boolean jdbcCompliant() {
    return sqlite.jdbcCompliant();
  }

  @Override
  public Logger getParentLogger() {
    return Logger.getLogger("fastwhisper");
  }
}
