package io.fastwhisper.store;

import io.fastwhisper.bus.Reply.VideoHeard;
import io.fastwhisper.bus.StoreCommand.LoadVideo;
import io.fastwhisper.domain.HeardSegment;
import io.fastwhisper.domain.Segment;
import io.fastwhisper.domain.SegmentId;
import io.fastwhisper.domain.TimeRange;
import io.fastwhisper.store.StoredText.DamagedException;
import io.micrometer.core.instrument.Metrics;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What was heard in which sound, and which segment has which sound. */
final class SoundRows {
  /** Transcripts that were not what was stored, and were dropped. */
  static final String DAMAGED = "fastwhisper.transcripts.damaged";

  private static final Logger LOG = LoggerFactory.getLogger(SoundRows.class);

  private SoundRows() {}

  /** Keeps what was heard; the same sound may have been kept before. */
  static void add(Connection connection, String name, HeardSound heard) throws SQLException {
    StoredText text = StoredText.of(name, heard);
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT OR REPLACE INTO sound (name, heard, heard_sum) VALUES (?, ?, ?)")) {
      insert.setString(1, name);
      insert.setString(2, text.json());
      insert.setString(3, text.sum());
      insert.executeUpdate();
    }
  }

  /** What was heard in it; a row that is not what was stored is dropped. */
  static Optional<HeardSound> find(Connection connection, String name) throws SQLException {
    StoredText text;
    try (PreparedStatement select =
        connection.prepareStatement("SELECT heard, heard_sum FROM sound WHERE name = ?")) {
      select.setString(1, name);
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          return Optional.empty();
        }
        text = new StoredText(name, row.getString(1), row.getString(2));
      }
    }
    try {
      return Optional.of(text.read(HeardSound.class));
    } catch (DamagedException e) {
      Metrics.counter(DAMAGED).increment();
      LOG.warn("a damaged transcript is dropped and will be made anew: {}", e.getMessage());
      try (PreparedStatement delete =
          connection.prepareStatement("DELETE FROM sound WHERE name = ?")) {
        delete.setString(1, name);
        delete.executeUpdate();
      }
      return Optional.empty();
    }
  }

  /** Keeps which sound a segment has; nothing where its job is not kept. */
  static void link(Connection connection, Segment segment, String name) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT OR REPLACE INTO segment (job, video, segment, start_ms, end_ms,"
                + " start_zone_start_ms, start_zone_end_ms, end_zone_start_ms, end_zone_end_ms,"
                + " sound) SELECT number, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM job WHERE id = ?")) {
      insert.setInt(1, segment.id().video());
      insert.setInt(2, segment.id().segment());
      int column = 3;
      for (TimeRange range : List.of(segment.range(), segment.startZone(), segment.endZone())) {
        insert.setLong(column++, range.startMs());
        insert.setLong(column++, range.endMs());
      }
      insert.setString(column++, name);
      insert.setString(column, segment.id().job().toString());
      insert.executeUpdate();
    }
  }

  /** What was heard in a video so far, in the order of time. */
  static VideoHeard ofVideo(Connection connection, LoadVideo asked) throws SQLException {
    String title;
    long durationMs;
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT title, duration_ms FROM video JOIN job ON job.number = video.job"
                + " WHERE job.id = ? AND video = ?")) {
      select.setString(1, asked.job().toString());
      select.setInt(2, asked.video());
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          return new VideoHeard("", 0, List.of());
        }
        title = row.getString(1);
        durationMs = row.getLong(2);
      }
    }
    return new VideoHeard(title, durationMs, segments(connection, asked));
  }

  private static List<HeardSegment> segments(Connection connection, LoadVideo asked)
      throws SQLException {
    List<HeardSegment> segments = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT segment, start_ms, end_ms, start_zone_start_ms, start_zone_end_ms,"
                + " end_zone_start_ms, end_zone_end_ms, name, heard, heard_sum"
                + " FROM segment JOIN job ON job.number = segment.job"
                + " JOIN sound ON sound.name = segment.sound"
                + " WHERE job.id = ? AND video = ? ORDER BY segment")) {
      select.setString(1, asked.job().toString());
      select.setInt(2, asked.video());
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          Segment segment =
              new Segment(
                  new SegmentId(asked.job(), asked.video(), row.getInt(1)),
                  new TimeRange(row.getLong(2), row.getLong(3)),
                  new TimeRange(row.getLong(4), row.getLong(5)),
                  new TimeRange(row.getLong(6), row.getLong(7)));
          try {
            segments.add(
                new StoredText(row.getString(8), row.getString(9), row.getString(10))
                    .read(HeardSound.class)
                    .in(segment));
          } catch (DamagedException e) {
            LOG.warn("segment {} is left out of a transcript: {}", segment.id(), e.getMessage());
          }
        }
      }
    }
    return segments;
  }
}
