package io.fastwhisper.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.fastwhisper.bus.Reply;
import io.fastwhisper.bus.StoreCommand;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.KeptJob;
import io.fastwhisper.domain.Segment;
import io.fastwhisper.domain.TranscribeOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What an earlier program stored is still read. Where this test goes red because a stored record
 * has changed, a released version's store needs a migration ({@code schema-N.sql}); before the
 * first release it is enough to remove the golden file: this test then writes it anew.
 */
class StoredFormTest {
  private static final JobId JOB = StoredThings.job(1);
  private static final Path GOLDEN = Path.of("src/test/golden/store-1.sql");

  @TempDir Path folder;

  @Test
  void aStoreOfVersion1IsReadAsItWasWritten() throws Exception {
    if (!Files.exists(GOLDEN)) {
      write();
      fail(GOLDEN + " was not there and is written anew: look at it");
    }
    Path database = folder.resolve("data/fastwhisper.db");
    Files.createDirectories(database.getParent());
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement()) {
      statement.executeUpdate(
          Files.readString(Path.of("src/main/resources/io/fastwhisper/store/schema-1.sql")));
      statement.executeUpdate(Files.readString(GOLDEN));
    }
    try (RunningStore store = RunningStore.open(folder.resolve("data"), "model")) {
      KeptJob job = ((Reply.JobLoaded) store.ask(new StoreCommand.LoadJob(JOB))).job();
      StoreCommand.KeepJob kept = StoredThings.keepJob(JOB);
      assertEquals(
          new KeptJob(
              JOB, 1, kept.request(), kept.film(), kept.receivedAtMs(), StoredThings.end(JOB)),
          job);
      Segment segment = StoredThings.segment(JOB, 0, 0);
      assertEquals(
          new Reply.VideoHeard("talk 0", 60_000, List.of(StoredThings.heard(segment))),
          store.ask(new StoreCommand.LoadVideo(JOB, 0)));
      assertEquals(StoredThings.heard(segment), recall(store, segment).heard());
    }
  }

  private Reply.SegmentRecalled recall(RunningStore store, Segment segment) throws Exception {
    Path pcm = Files.writeString(folder.resolve("sound.f32"), "sound");
    return (Reply.SegmentRecalled)
        store.ask(new StoreCommand.RecallSegment(segment, pcm, TranscribeOptions.DEFAULT));
  }

  private void write() throws Exception {
    Path data = folder.resolve("written");
    try (RunningStore store = RunningStore.open(data, "model")) {
      store.ask(StoredThings.keepJob(JOB));
      store.ask(new StoreCommand.KeepVideo(StoredThings.video(JOB, 0)));
      Segment segment = StoredThings.segment(JOB, 0, 0);
      String key = recall(store, segment).key();
      store.ask(new StoreCommand.KeepSegment(key, StoredThings.heard(segment)));
      store.ask(new StoreCommand.KeepEnd(StoredThings.end(JOB)));
    }
    List<String> lines = new ArrayList<>();
    try (Connection connection =
        DriverManager.getConnection("jdbc:sqlite:" + data.resolve("fastwhisper.db"))) {
      for (String pragma : List.of("application_id", "user_version")) {
        lines.add("PRAGMA " + pragma + " = " + rows(connection, "PRAGMA " + pragma).get(0) + ";");
      }
      for (String table : List.of("job", "video", "sound", "segment")) {
        String columns =
            String.join(
                " || ', ' || ",
                rows(
                    connection,
                    "SELECT 'quote(' || name || ')' FROM pragma_table_info('" + table + "')"));
        rows(connection, "SELECT " + columns + " FROM " + table)
            .forEach(row -> lines.add("INSERT INTO " + table + " VALUES (" + row + ");"));
      }
    }
    assertTrue(lines.size() >= 6, lines.toString());
    Files.write(GOLDEN, lines);
  }

  private static List<String> rows(Connection connection, String question) throws Exception {
    List<String> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet answer = statement.executeQuery(question)) {
      while (answer.next()) {
        rows.add(answer.getString(1));
      }
    }
    return rows;
  }
}
