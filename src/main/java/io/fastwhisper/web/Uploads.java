package io.fastwhisper.web;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files that clients have handed in. Each has a folder of its own, named by its id; in it lies
 * the content, under a name of ours, and beside it, when all has come, what is known of it. Blocks:
 * not for an event loop.
 */
final class Uploads {
  private static final Logger LOG = LoggerFactory.getLogger(Uploads.class);
  private static final String CONTENT = "content";
  private static final String FACTS = "upload.json";

  private final Path folder;
  private final long keepMs;

  Uploads(Path folder, long keepMs) {
    this.folder = folder;
    this.keepMs = keepMs;
  }

  /**
   * One that is complete.
   *
   * @param name as its user called it; never a path
   */
  record Upload(String id, String name, Path content, long sizeBytes, long receivedAtMs) {}

  /** Where the content of this upload goes; its folder is made. */
  Path begin(String id) throws IOException {
    return Files.createDirectories(folder.resolve(id)).resolve(CONTENT);
  }

  /** All has come. */
  Upload complete(String id, String name, long sizeBytes, long nowMs) throws IOException {
    JsonObject facts =
        new JsonObject().put("name", name).put("sizeBytes", sizeBytes).put("receivedAtMs", nowMs);
    Path half = folder.resolve(id).resolve(FACTS + ".half");
    Files.writeString(half, facts.encode());
    Files.move(half, folder.resolve(id).resolve(FACTS));
    return new Upload(id, name, folder.resolve(id).resolve(CONTENT), sizeBytes, nowMs);
  }

  /** When it may be removed. */
  long keptUntilMs(Upload upload) {
    return upload.receivedAtMs() + keepMs;
  }

  /** A complete one that is not about to be removed. */
  Optional<Upload> find(String id) {
    return id.matches("[0-9a-f]{32}")
        ? read(id).filter(upload -> System.currentTimeMillis() < keptUntilMs(upload))
        : Optional.empty();
  }

  /** Removes it, whole or not. */
  void remove(String id) {
    try (Stream<Path> files = Files.walk(folder.resolve(id))) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      LOG.warn("upload {} cannot be removed: {}", id, e.getMessage());
    }
  }

  /** Removes those that never came whole. Only before any is begun. */
  void removeHalves() {
    ids().stream().filter(id -> read(id).isEmpty()).forEach(this::remove);
  }

  /**
   * Removes those whose time is over.
   *
   * @param inUse contents that stay
   */
  void removeOld(Set<String> inUse, long nowMs) {
    for (String id : ids()) {
      read(id)
          .filter(upload -> keptUntilMs(upload) <= nowMs)
          .filter(upload -> !inUse.contains(upload.content().toString()))
          .ifPresent(upload -> remove(id));
    }
  }

  private Optional<Upload> read(String id) {
    Path facts = folder.resolve(id).resolve(FACTS);
    if (!Files.isRegularFile(facts)) {
      return Optional.empty();
    }
    try {
      JsonObject json = new JsonObject(Files.readString(facts));
      return Optional.of(
          new Upload(
              id,
              json.getString("name"),
              folder.resolve(id).resolve(CONTENT),
              json.getLong("sizeBytes"),
              json.getLong("receivedAtMs")));
    } catch (IOException | DecodeException | NullPointerException | ClassCastException e) {
      LOG.warn("{} cannot be read: {}", facts, e.getMessage());
      return Optional.empty();
    }
  }

  private List<String> ids() {
    List<String> ids = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (Stream<Path> entries = Files.list(folder)) {
        entries.map(entry -> entry.getFileName().toString()).forEach(ids::add);
      } catch (IOException e) {
        LOG.warn("{} cannot be listed: {}", folder, e.getMessage());
      }
    }
    return ids;
  }
}
