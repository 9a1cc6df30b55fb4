package io.fastwhisper.config;

/**
 * A key or a value that stops the start. The message names the key, the value, what would be right
 * and where it was set.
 */
public final class ConfigurationException extends RuntimeException {
  private static final long serialVersionUID = 1;

  ConfigurationException(String message) {
    super(message);
  }
}
