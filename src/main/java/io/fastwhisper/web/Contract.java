package io.fastwhisper.web;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.openapi.contract.OpenAPIContract;
import io.vertx.openapi.contract.Operation;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** What the server promises: {@code openapi.yaml}, by which requests are checked. */
final class Contract {
  private static final String FILE = "openapi.yaml";
  private static final String PUBLIC = "x-public";

  private Contract() {}

  /** As it is written, for whoever asks. Blocks. */
  static String text() throws IOException {
    try (InputStream file = Contract.class.getResourceAsStream(FILE)) {
      if (file == null) {
        throw new FileNotFoundException(FILE);
      }
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** As the router takes it. */
  static Future<OpenAPIContract> load(Vertx vertx, String text) {
    return vertx
        .executeBlocking(() -> simplified(text))
        .compose(contract -> OpenAPIContract.from(vertx, contract));
  }

  private static JsonObject simplified(String text) throws IOException {
    JsonObject contract =
        new JsonObject(
            new YAMLMapper().readValue(text, new TypeReference<Map<String, Object>>() {}));
    contract.getJsonObject("paths").stream()
        .map(path -> (JsonObject) path.getValue())
        .flatMap(JsonObject::stream)
        .map(Map.Entry::getValue)
        .filter(JsonObject.class::isInstance)
        .map(JsonObject.class::cast)
        .filter(operation -> operation.containsKey("responses"))
        .forEach(Contract::simplify);
    contract.remove("security");
    return contract;
  }

  /** True where an operation needs no key. */
  static boolean isPublic(Operation operation) {
    return operation.getExtensions().containsKey(PUBLIC);
  }

  /**
   * Vert.x refuses contracts with answers of types that it cannot check, such as films; answers are
   * not checked here at all. Who may come in is not for its router to say either.
   */
  private static void simplify(JsonObject operation) {
    operation.put(
        "responses",
        new JsonObject().put("default", new JsonObject().put("description", "see " + FILE)));
    JsonArray security = (JsonArray) operation.remove("security");
    if (security != null && security.isEmpty()) {
      operation.put(PUBLIC, true);
    }
  }
}
