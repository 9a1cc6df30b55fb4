package io.fastwhisper.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The form of the store, by version. The database carries its version; {@code schema-N.sql} leads
 * from the version before to N.
 */
final class Schema {
  /** The version of this program. */
  static final int VERSION = 1;

  /** In the database's head, so that another program's file is not taken for ours: "FWst". */
  private static final int APPLICATION = 0x46577374;

  private Schema() {}

  /** The version of a database; 0 where it is empty, -1 where it belongs to another program. */
  static int version(Connection connection) throws SQLException {
    int application = number(connection, "PRAGMA application_id");
    int version = number(connection, "PRAGMA user_version");
    boolean empty = number(connection, "SELECT count(*) FROM sqlite_schema") == 0;
    if (empty && application == 0 && version == 0) {
      return 0;
    }
    return application == APPLICATION ? version : -1;
  }

  /** Leads from one version to this program's, inside the caller's transaction. */
  static void migrate(Connection connection, int from) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (int version = from + 1; version <= VERSION; version++) {
        statement.executeUpdate(script(version));
      }
      statement.executeUpdate("PRAGMA application_id = " + APPLICATION);
      statement.executeUpdate("PRAGMA user_version = " + VERSION);
    }
  }

  private static int number(Connection connection, String question) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet answer = statement.executeQuery(question)) {
      answer.next();
      return answer.getInt(1);
    }
  }

  private static String script(int version) {
    String name = "schema-" + version + ".sql";
    try (InputStream script = Schema.class.getResourceAsStream(name)) {
      return new String(script.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    }
  }
}
