package io.fastwhisper.store;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A record as JSON, with a sum over it and its name, so that a text that has changed on the disk,
 * or stands at another's place, is not believed.
 *
 * @param name of the row that it stands in
 * @param sum SHA-256, hexadecimal
 */
record StoredText(String name, String json, String sum) {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .visibility(PropertyAccessor.GETTER, Visibility.NONE)
          .visibility(PropertyAccessor.IS_GETTER, Visibility.NONE)
          .visibility(PropertyAccessor.FIELD, Visibility.ANY)
          .build();

  /** The text is not what was stored. */
  static final class DamagedException extends Exception {
    DamagedException(String what, Throwable cause) {
      super(what, cause);
    }
  }

  static StoredText of(String name, Object content) {
    String json = json(content);
    return new StoredText(name, json, sha256(name + '\n' + json));
  }

  static String json(Object content) {
    try {
      return JSON.writeValueAsString(content);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(content.getClass() + " has no form as JSON", e);
    }
  }

  /** The record. */
  <T> T read(Class<T> type) throws DamagedException {
    if (!sha256(name + '\n' + json).equals(sum)) {
      throw new DamagedException(name + " does not agree with its sum", null);
    }
    try {
      return JSON.readValue(json, type);
    } catch (JsonProcessingException e) {
      throw new DamagedException(
          name + " is not of this program's form: " + e.getOriginalMessage(), e);
    }
  }

  static String sha256(String text) {
    return HexFormat.of().formatHex(digest().digest(text.getBytes(StandardCharsets.UTF_8)));
  }

  static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
