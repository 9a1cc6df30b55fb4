package io.fastwhisper.web;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Who may use the server: whoever shows the key, or a cookie that was given for it. Cookies are
 * void when the server ends.
 */
final class Sessions {
  static final long LIFE_MS = 7 * 24 * 3_600_000L;

  /** Beyond this the oldest one is void. */
  static final int MOST = 10_000;

  private final SecureRandom random = new SecureRandom();
  private final String key;
  private final LongSupplier nowMs;

  /** When each one ends, the oldest first. */
  private final Map<String, Long> ends = new LinkedHashMap<>();

  /**
   * No sessions yet.
   *
   * @param key "" where everybody may use the server
   * @param nowMs a clock that never goes back
   */
  Sessions(String key, LongSupplier nowMs) {
    this.key = key;
    this.nowMs = nowMs;
  }

  boolean keyRequired() {
    return !key.isEmpty();
  }

  /** Whether this is the key; the time that this takes tells nothing about it. */
  boolean isKey(String shown) {
    return MessageDigest.isEqual(digest(shown), digest(key));
  }

  /** A new session. */
  String open() {
    byte[] bytes = new byte[32];
    random.nextBytes(bytes);
    String id = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    if (ends.size() == MOST) {
      ends.remove(ends.keySet().iterator().next());
    }
    ends.put(id, nowMs.getAsLong() + LIFE_MS);
    return id;
  }

  boolean isOpen(String id) {
    Long end = ends.get(id);
    if (end != null && end <= nowMs.getAsLong()) {
      ends.remove(id);
      return false;
    }
    return end != null;
  }

  void close(String id) {
    ends.remove(id);
  }

  private static byte[] digest(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new LinkageError("every JDK has SHA-256", e);
    }
  }
}
