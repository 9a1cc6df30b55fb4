package io.fastwhisper.store;

import io.fastwhisper.bus.StoreCommand.KeepJob;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.JobRequest;
import io.fastwhisper.domain.JobSnapshot;
import io.fastwhisper.domain.KeptJob;
import io.fastwhisper.domain.Video;
import io.fastwhisper.store.StoredText.DamagedException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The jobs in the store. */
final class JobRows {
  private static final Logger LOG = LoggerFactory.getLogger(JobRows.class);
  private static final String COLUMNS =
      "SELECT number, id, accepted, accepted_sum, ended, ended_sum FROM job ";

  private JobRows() {}

  /** What a job was accepted with. */
  private record Accepted(JobRequest request, Path film, long receivedAtMs) {}

  /** The new job's number. */
  static long add(Connection connection, KeepJob job) throws SQLException {
    StoredText accepted =
        StoredText.of(
            job.job().toString(), new Accepted(job.request(), job.film(), job.receivedAtMs()));
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO job (id, accepted, accepted_sum) VALUES (?, ?, ?) RETURNING number")) {
      insert.setString(1, job.job().toString());
      insert.setString(2, accepted.json());
      insert.setString(3, accepted.sum());
      try (ResultSet number = insert.executeQuery()) {
        number.next();
        return number.getLong(1);
      }
    }
  }

  /** False where there is no such job. */
  static boolean end(Connection connection, JobSnapshot end) throws SQLException {
    StoredText ended = StoredText.of(end.id().toString(), end);
    try (PreparedStatement update =
        connection.prepareStatement("UPDATE job SET ended = ?, ended_sum = ? WHERE id = ?")) {
      update.setString(1, ended.json());
      update.setString(2, ended.sum());
      update.setString(3, end.id().toString());
      return update.executeUpdate() == 1;
    }
  }

  /** False where there is no such job, or it has not ended. */
  static boolean forget(Connection connection, JobId job) throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement("DELETE FROM job WHERE id = ? AND ended IS NOT NULL")) {
      delete.setString(1, job.toString());
      return delete.executeUpdate() == 1;
    }
  }

  /** The job; nothing where there is none. */
  static Optional<KeptJob> load(Connection connection, JobId job) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(COLUMNS + "WHERE id = ?")) {
      select.setString(1, job.toString());
      return read(select).stream().findFirst();
    }
  }

  /** The newest first. */
  static List<KeptJob> list(Connection connection, long before, int limit) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(COLUMNS + "WHERE number < ? ORDER BY number DESC LIMIT ?")) {
      select.setLong(1, before);
      select.setInt(2, limit);
      return read(select);
    }
  }

  /** The oldest first. */
  static List<KeptJob> unfinished(Connection connection) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(COLUMNS + "WHERE ended IS NULL ORDER BY number")) {
      return read(select);
    }
  }

  /** Ids of all jobs. */
  static List<String> ids(Connection connection) throws SQLException {
    List<String> ids = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement("SELECT id FROM job");
        ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        ids.add(rows.getString(1));
      }
    }
    return ids;
  }

  /** A video that is opened anew has no segments so far. */
  static void addVideo(Connection connection, Video video) throws SQLException {
    try (PreparedStatement delete =
            connection.prepareStatement(
                "DELETE FROM segment WHERE video = ? AND job = (SELECT number FROM job WHERE id = ?)");
        PreparedStatement insert =
            connection.prepareStatement(
                "INSERT OR REPLACE INTO video (job, video, title, duration_ms)"
                    + " SELECT number, ?, ?, ? FROM job WHERE id = ?")) {
      delete.setInt(1, video.id().video());
      delete.setString(2, video.id().job().toString());
      delete.executeUpdate();
      insert.setInt(1, video.id().video());
      insert.setString(2, video.title());
      insert.setLong(3, video.durationMs());
      insert.setString(4, video.id().job().toString());
      insert.executeUpdate();
    }
  }

  /** A row that cannot be read is left where it is, said, and passed over. */
  private static List<KeptJob> read(PreparedStatement select) throws SQLException {
    List<KeptJob> jobs = new ArrayList<>();
    try (ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        try {
          jobs.add(read(rows));
        } catch (DamagedException e) {
          LOG.error("job {} in the store is passed over: {}", rows.getString(2), e.getMessage());
        }
      }
    }
    return jobs;
  }

  private static KeptJob read(ResultSet row) throws SQLException, DamagedException {
    String id = row.getString(2);
    Accepted accepted = new StoredText(id, row.getString(3), row.getString(4)).read(Accepted.class);
    String ended = row.getString(5);
    JobSnapshot end =
        ended == null ? null : new StoredText(id, ended, row.getString(6)).read(JobSnapshot.class);
    return new KeptJob(
        new JobId(id),
        row.getLong(1),
        accepted.request(),
        accepted.film(),
        accepted.receivedAtMs(),
        end);
  }
}
