package io.fastwhisper.cli;

import io.fastwhisper.config.Configuration;
import io.fastwhisper.config.Nearest;
import io.fastwhisper.engine.KnownModel;
import io.fastwhisper.engine.ModelFolder;
import io.fastwhisper.engine.ModelFolder.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Which model is taken, and what the user must be told about it.
 *
 * @param notice "" where it is what was asked for
 */
record ModelChoice(String name, Path file, boolean isBundled, String notice) {
  private static final String SYNTHETIC =
      "The bundled demo model knows synthetic voices only and is of no use on human speech. For that, take a real Whisper"
          + " model: ./fastwhisper model download base.en, then --model base.en";

  /**
   * Takes the model that was asked for.
   *
   * @param asked a file or a name; null takes the configured one, or what there is instead
   * @throws UsageException where there is no such model
   */
  static ModelChoice of(String asked, Configuration configuration) throws IOException {
    ModelFolder folder =
        ModelFolder.of(configuration.model().folder(), ConfigurationOptions.home());
    return asked == null ? configured(configuration.model().size(), folder) : asked(asked, folder);
  }

  /** The model that comes with the program. */
  static ModelChoice bundled(Configuration configuration) {
    Path file =
        ModelFolder.of(configuration.model().folder(), ConfigurationOptions.home()).bundled();
    return new ModelChoice("demo.en", file, true, SYNTHETIC);
  }

  private static ModelChoice asked(String asked, ModelFolder folder) throws IOException {
    Path file = Path.of(asked);
    if (Files.isRegularFile(file)) {
      boolean bundled = Files.exists(folder.bundled()) && Files.isSameFile(file, folder.bundled());
      return new ModelChoice(
          file.getFileName().toString(), file, bundled, bundled ? SYNTHETIC : "");
    }
    Optional<Entry> entry = folder.named(asked);
    if (entry.isPresent()) {
      return of(entry.get(), entry.get().isBundled() ? SYNTHETIC : "");
    }
    if (KnownModel.named(asked).isPresent()) {
      throw new UsageException(
          "model "
              + asked
              + " is not here yet; please type: ./fastwhisper model download "
              + asked);
    }
    String hint = Nearest.hint(asked, KnownModel.ALL.stream().map(KnownModel::name).toList());
    throw new UsageException(
        "model " + asked + ": neither a file nor the name of a model; " + hint);
  }

  private static ModelChoice configured(String size, ModelFolder folder) throws IOException {
    Optional<Entry> entry = folder.named(size);
    if (entry.isPresent()) {
      return of(entry.get(), entry.get().isBundled() ? SYNTHETIC : "");
    }
    Entry instead =
        folder
            .substitute()
            .orElseThrow(() -> new UsageException("there is no model, not even the bundled one"));
    String notice = "Model " + size + " is not here; using " + instead.name() + ".";
    return of(instead, instead.isBundled() ? SYNTHETIC : notice);
  }

  private static ModelChoice of(Entry entry, String notice) {
    return new ModelChoice(entry.name(), entry.file(), entry.isBundled(), notice);
  }
}
