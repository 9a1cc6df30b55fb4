package io.fastwhisper.cli;

import io.fastwhisper.config.Configuration;
import io.fastwhisper.config.Nearest;
import io.fastwhisper.engine.KnownModel;
import io.fastwhisper.engine.Model;
import io.fastwhisper.engine.ModelDownload;
import io.fastwhisper.engine.ModelFolder;
import io.fastwhisper.engine.ModelFolder.Entry;
import io.fastwhisper.engine.ModelSettings;
import io.fastwhisper.engine.ModelSidecar;
import io.fastwhisper.engine.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** Lists, adds and downloads model files. */
@Command(
    name = "model",
    description = "Models: what is here, add a file, download one by its name.",
    mixinStandardHelpOptions = true)
final class ModelCommand implements Runnable {
  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "one of list, add FILE, download NAME is missing");
  }

  @Command(
      name = "list",
      description = "Show the models that are here and those that can be downloaded.",
      mixinStandardHelpOptions = true)
  int list(@Mixin ConfigurationOptions options) throws IOException {
    if (options.printed()) {
      return ExitCode.DONE;
    }
    ModelFolder folder = folder(options.load());
    System.out.println("Here (" + folder.folder() + "):");
    List<Entry> entries = folder.list();
    for (Entry entry : entries) {
      String remark =
          entry.isBundled()
              ? "bundled; knows synthetic voices only, of no use on human speech"
              : "";
      System.out.printf("  %-22s %7.1f MB  %s%n", entry.name(), entry.sizeBytes() / 1e6, remark);
    }
    System.out.println("To download:");
    for (KnownModel model : KnownModel.ALL) {
      if (entries.stream().noneMatch(entry -> entry.name().equals(model.name()))) {
        System.out.printf("  %-22s %s%n", model.name(), model.size());
      }
    }
    return ExitCode.DONE;
  }

  @Command(
      name = "add",
      description = "Copy a ggml Whisper file into the folder of models.",
      mixinStandardHelpOptions = true)
  int add(@Mixin ConfigurationOptions options, @Parameters(paramLabel = "FILE") Path file)
      throws IOException {
    if (options.printed()) {
      return ExitCode.DONE;
    }
    if (!Files.isRegularFile(file)) {
      throw new UsageException(file + ": no such file");
    }
    ModelFolder folder = folder(options.load());
    try {
      ModelFolder.requireModel(file);
    } catch (IOException e) {
      throw new UsageException(e.getMessage());
    }
    ModelSettings settings =
        new ModelSettings(file, "cpu", Precision.F32, ModelSidecar.alignmentHeads(file));
    try (Model model = Model.open(settings)) {
      Entry entry = folder.add(file);
      System.out.println(
          "Added "
              + entry.name()
              + " ("
              + model.info().fileType()
              + (model.info().multilingual() ? ", multilingual" : ", English")
              + "); use it with --model "
              + entry.name());
    }
    return ExitCode.DONE;
  }

  @Command(
      name = "download",
      description = "Download a model by its usual name, or go on where that broke off.",
      mixinStandardHelpOptions = true)
  int download(
      @Mixin ConfigurationOptions options,
      @Mixin OutputOptions output,
      @Parameters(
              paramLabel = "NAME",
              description = "tiny.en ... large-v3-turbo; `model list` shows all.")
          String name)
      throws IOException, InterruptedException {
    if (options.printed()) {
      return ExitCode.DONE;
    }
    Configuration configuration = options.load();
    KnownModel model =
        KnownModel.named(name)
            .orElseThrow(
                () ->
                    new UsageException(
                        "model "
                            + name
                            + " is not known; "
                            + Nearest.hint(
                                name, KnownModel.ALL.stream().map(KnownModel::name).toList())));
    Path place = folder(configuration).place(name);
    if (Files.exists(place)) {
      System.out.println(name + " is here already: " + place);
      return ExitCode.DONE;
    }
    Duration connect = Duration.ofMillis(configuration.input().connectTimeoutMs());
    Duration stall = Duration.ofSeconds(configuration.stages().stageTimeoutS());
    ModelDownload download = new ModelDownload(configuration.model().baseUrl(), connect, stall);
    ModelDownload.Downloaded downloaded;
    try (ProgressDisplay display = output.display()) {
      downloaded =
          download.fetch(
              name, model.sha1(), place, new TransferProgress(display, System::nanoTime));
    }
    String checked =
        downloaded.verified() ? "checked: " : "not checked, for nobody says what it must be: ";
    System.out.println(
        "Downloaded "
            + name
            + " to "
            + downloaded.file()
            + " ("
            + checked
            + downloaded.sum()
            + ")");
    System.out.println("Use it with --model " + name);
    return ExitCode.DONE;
  }

  private static ModelFolder folder(Configuration configuration) {
    return ModelFolder.of(configuration.model().folder(), ConfigurationOptions.home());
  }
}
