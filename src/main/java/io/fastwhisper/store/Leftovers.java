package io.fastwhisper.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a process that was killed may have left in the data folder. */
final class Leftovers {
  private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);

  private Leftovers() {}

  /**
   * Removes folders of jobs that are not in the store (forgotten, or never accepted), and empties
   * those of jobs that have not ended: they are run from their beginning.
   */
  static void remove(DataFolder folder, Connection connection) throws SQLException {
    Set<String> known = new HashSet<>(JobRows.ids(connection));
    Set<String> unfinished =
        JobRows.unfinished(connection).stream()
            .map(job -> job.id().toString())
            .collect(Collectors.toSet());
    for (Path job : in(folder.jobs())) {
      String id = job.getFileName().toString();
      if (!known.contains(id)) {
        remove(job);
      } else if (unfinished.contains(id)) {
        in(job).forEach(Leftovers::remove);
      }
    }
  }

  private static List<Path> in(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    } catch (IOException e) {
      LOG.warn("{} cannot be listed: {}", folder, e.toString());
      return List.of();
    }
  }

  private static void remove(Path path) {
    try {
      DataFolder.remove(path);
    } catch (IOException e) {
      LOG.warn("{} cannot be removed: {}", path, e.toString());
    }
  }
}
