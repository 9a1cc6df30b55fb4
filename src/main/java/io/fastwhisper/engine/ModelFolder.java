package io.fastwhisper.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where models are: the user's folder of {@code ggml-NAME.bin} files, and the bundled model.
 * Blocking; not for an event loop.
 *
 * @param folder the user's; it need not exist
 * @param bundled the model that comes with the program
 */
public record ModelFolder(Path folder, Path bundled) {
  /** What a model's name may be made of; so a name is never a path. */
  private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,99}";

  /** First four bytes of a ggml file, as a little-endian number. */
  private static final int MAGIC = 0x67676d6c;

  /** A model file that is here. */
  public record Entry(String name, Path file, long sizeBytes, boolean isBundled) {}

  /** The folder for a value of {@code model.folder}: "" means the user's cache. */
  public static ModelFolder of(String configured, Path home) {
    Path folder = configured.isEmpty() ? cache().resolve("models") : Path.of(configured);
    return new ModelFolder(folder, home.resolve("models").resolve("ggml-demo.en-q8_0.bin"));
  }

  private static Path cache() {
    String xdg = System.getenv("XDG_CACHE_HOME");
    Path base =
        xdg == null || xdg.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(xdg);
    return base.resolve("fastwhisper");
  }

  /** All models that are here: the bundled one, then the user's by name. */
  public List<Entry> list() throws IOException {
    List<Entry> entries = new ArrayList<>();
    if (Files.isRegularFile(bundled)) {
      entries.add(new Entry(nameOf(bundled), bundled, Files.size(bundled), true));
    }
    if (Files.isDirectory(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.sorted().toList()) {
          if (file.getFileName().toString().matches("ggml-" + NAME + "\\.bin")
              && Files.isRegularFile(file)) {
            entries.add(new Entry(nameOf(file), file, Files.size(file), false));
          }
        }
      }
    }
    return entries;
  }

  /** The model of this name. */
  public Optional<Entry> named(String name) throws IOException {
    return list().stream().filter(entry -> entry.name().equals(name)).findFirst();
  }

  /** What to use where the wanted model is not here: the user's largest, else the bundled one. */
  public Optional<Entry> substitute() throws IOException {
    return list().stream()
        .max(
            Comparator.comparing((Entry entry) -> !entry.isBundled())
                .thenComparing(Entry::sizeBytes));
  }

  /** Where the model of this name belongs. */
  public Path place(String name) {
    if (!name.matches(NAME)) {
      throw new IllegalArgumentException(
          "model name " + name + ": expected letters, digits, dots, dashes");
    }
    return folder.resolve("ggml-" + name + ".bin");
  }

  /**
   * Copies a model file into the folder, whole or not at all.
   *
   * @throws IOException where it cannot be read, is not a model, or cannot be written
   */
  public Entry add(Path file) throws IOException {
    requireModel(file);
    Path place = place(nameOf(file));
    Files.createDirectories(folder);
    Path copy = Files.createTempFile(folder, "adding-", ".part");
    try {
      Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
      Files.move(copy, place, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(copy);
    }
    Path sidecar = ModelSidecar.beside(file);
    if (Files.isRegularFile(sidecar)) {
      Files.copy(sidecar, ModelSidecar.beside(place), StandardCopyOption.REPLACE_EXISTING);
    }
    return new Entry(nameOf(place), place, Files.size(place), false);
  }

  /**
   * Refuses what does not begin as a ggml file does; the native core looks at the rest when it
   * loads it.
   */
  public static void requireModel(Path file) throws IOException {
    ByteBuffer head = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel channel = FileChannel.open(file)) {
      while (head.hasRemaining() && channel.read(head) >= 0) {}
    }
    if (head.hasRemaining() || head.getInt(0) != MAGIC) {
      throw new IOException(file + ": not a ggml model file: it does not begin with \"lmgg\"");
    }
  }

  private static String nameOf(Path file) {
    String name =
        file.getFileName().toString().replaceFirst("^ggml-", "").replaceFirst("\\.bin$", "");
    return name.equals("demo.en-q8_0") ? "demo.en" : name;
  }
}
