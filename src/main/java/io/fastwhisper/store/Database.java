package io.fastwhisper.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Loader;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * The store's file: opened only where it is whole and of a version that this program knows, and
 * written in transactions that are on the disk when they return. For one thread.
 */
final class Database implements AutoCloseable {
  private static final String DRIVER_LIBRARY = "/org/sqlite/native/Linux/x86_64/libsqlitejdbc.so";

  private final Connection connection;

  /** Something to be done with the database. */
  interface Work<T> {
    T apply(Connection connection) throws SQLException;
  }

  private Database(Connection connection) {
    this.connection = connection;
  }

  /**
   * Opens the file and makes it where it is not there. What is there is looked at before anything
   * is written.
   */
  static Database open(Path file) throws StoreException {
    placeLibrary();
    try {
      if (Files.exists(file) && Files.size(file) > 0) {
        examine(file);
      }
      Connection connection = connect(file, false);
      try {
        int version = Schema.version(connection);
        Database database = new Database(connection);
        if (version < Schema.VERSION) {
          database.inTransaction(
              it -> {
                Schema.migrate(it, version);
                return null;
              });
        }
        return database;
      } catch (SQLException e) {
        connection.close();
        throw e;
      }
    } catch (SQLException | IOException e) {
      throw explain(file, e);
    }
  }

  /**
   * Does the work in one transaction: all of it is on the disk when this returns, or none. The
   * driver's own transactions are not used: after a full disk, where SQLite rolls back by itself,
   * it takes the next one for begun.
   */
  <T> T inTransaction(Work<T> work) throws SQLException {
    execute("BEGIN");
    try {
      T result = work.apply(connection);
      execute("COMMIT");
      return result;
    } catch (SQLException | RuntimeException e) {
      try {
        execute("ROLLBACK");
      } catch (SQLException none) {
        e.addSuppressed(none);
      }
      throw e;
    }
  }

  private void execute(String statement) throws SQLException {
    try (Statement it = connection.createStatement()) {
      it.execute(statement);
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }

  /** True where the disk is to blame: it is full or cannot be written. */
  static boolean lacksStorage(SQLException e) {
    return switch (primary(e)) {
      case SQLITE_FULL, SQLITE_IOERR, SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM -> true;
      default -> false;
    };
  }

  /** Without a hand on the file: it is only read, and its log is left as it is. */
  private static void examine(Path file) throws SQLException, StoreException {
    try (Connection connection = connect(file, true)) {
      int version = Schema.version(connection);
      if (version < 0) {
        throw StoreException.unusable(
            file, "it is a database of another program", "Move it away, or set folders.data", null);
      }
      if (version > Schema.VERSION) {
        throw StoreException.unusable(
            file,
            "it was written by a newer FastWhisper (store version "
                + version
                + ", this program knows "
                + Schema.VERSION
                + ")",
            "Use that one, or set folders.data",
            null);
      }
      List<String> faults = new ArrayList<>();
      try (Statement statement = connection.createStatement();
          ResultSet found = statement.executeQuery("PRAGMA integrity_check(3)")) {
        while (found.next()) {
          faults.add(found.getString(1).strip());
        }
      }
      if (!faults.equals(List.of("ok"))) {
        throw damaged(file, String.join("; ", faults), null);
      }
    }
  }

  private static StoreException damaged(Path file, String how, Throwable cause) {
    return StoreException.unusable(
        file,
        "it is damaged (" + how + "); nothing was changed in it",
        "Put a copy back that is whole, or move it away to begin with an empty store",
        cause);
  }

  private static StoreException explain(Path file, Exception e) {
    if (e instanceof SQLException failed) {
      switch (primary(failed)) {
        case SQLITE_NOTADB, SQLITE_CORRUPT -> {
          return damaged(file, failed.getMessage(), e);
        }
        case SQLITE_BUSY, SQLITE_LOCKED -> {
          return StoreException.wrongPlace(
              file, "another program holds it locked", "End that one", e);
        }
        default -> {}
      }
    }
    return StoreException.wrongPlace(
        file,
        "cannot be opened for writing: " + e.getMessage(),
        "Make it writable, free some room, or set folders.data",
        e);
  }

  private static SQLiteErrorCode primary(SQLException e) {
    int code = e instanceof SQLiteException failed ? failed.getResultCode().code : e.getErrorCode();
    return SQLiteErrorCode.getErrorCode(code & 0xff);
  }

  private static Connection connect(Path file, boolean readOnly) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setReadOnly(readOnly);
    config.setBusyTimeout(2_000);
    if (!readOnly) {
      config.setJournalMode(JournalMode.WAL);
      // A commit is on the disk when it returns, also where the power fails.
      config.setSynchronous(SynchronousMode.FULL);
      config.enforceForeignKeys(true);
    }
    // As a URI, so that no character of a folder's name means anything else.
    return DriverManager.getConnection("jdbc:sqlite:" + file.toUri(), config.toProperties());
  }

  /**
   * The driver would unpack its library into the temporary folder at every start, and a process
   * that is killed would leave it there: it goes once to where our own libraries go.
   */
  private static synchronized void placeLibrary() throws StoreException {
    if (System.getProperty("org.sqlite.lib.path") != null) {
      return;
    }
    try {
      Path library = Loader.cacheResource(SQLiteConfig.class, DRIVER_LIBRARY).toPath();
      System.setProperty("org.sqlite.lib.path", library.getParent().toString());
      System.setProperty("org.sqlite.lib.name", library.getFileName().toString());
    } catch (IOException e) {
      throw StoreException.wrongPlace(
          Path.of(DRIVER_LIBRARY),
          "cannot be unpacked: " + e.getMessage(),
          "Free some room in the folder of your caches",
          e);
    }
  }
}
