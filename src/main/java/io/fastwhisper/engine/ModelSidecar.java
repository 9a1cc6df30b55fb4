package io.fastwhisper.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.StringJoiner;

/**
 * The metadata file that may lie beside a model: {@code ggml-NAME.json} beside {@code
 * ggml-NAME.bin}.
 */
public final class ModelSidecar {
  private ModelSidecar() {}

  /**
   * The model's own alignment heads as {@link ModelSettings} takes them, or "" where it has no
   * metadata file or none are named there. OpenAI's models need none: the native core has their
   * table.
   *
   * @throws IOException where the file is there but cannot be read as it should be
   */
  public static String alignmentHeads(Path model) throws IOException {
    Path sidecar = beside(model);
    if (!Files.isRegularFile(sidecar)) {
      return "";
    }
    JsonNode heads = new ObjectMapper().readTree(sidecar.toFile()).path("alignmentHeads");
    StringJoiner joined = new StringJoiner(",");
    for (JsonNode head : heads) {
      if (head.size() != 2 || !head.path(0).isInt() || !head.path(1).isInt()) {
        throw new IOException(
            sidecar + ": alignmentHeads holds " + head + ", expected [layer, head]");
      }
      joined.add(head.path(0).asInt() + ":" + head.path(1).asInt());
    }
    return joined.toString();
  }

  /** Where a model's metadata file lies, if it has one. */
  static Path beside(Path model) {
    return model.resolveSibling(
        model.getFileName().toString().replaceFirst("\\.bin$", "") + ".json");
  }
}
