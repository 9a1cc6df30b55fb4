package io.fastwhisper.engine;

import static io.fastwhisper.engine.abi.FastWhisper.*;

import java.nio.charset.StandardCharsets;
import org.bytedeco.javacpp.BytePointer;

/** The native core refused or failed; the message is its own. */
public final class EngineException extends RuntimeException {
  private final int status;

  EngineException(int status, String message) {
    super(message);
    this.status = status;
  }

  /**
   * Turns a status into an exception, unless it is OK. Call it on the thread of the failed call,
   * right behind it.
   */
  static void check(int status) {
    if (status != FW_STATUS_OK) {
      throw new EngineException(status, lastError());
    }
  }

  private static String lastError() {
    BytePointer text = fw_last_error();
    return text == null ? "" : text.getString(StandardCharsets.UTF_8);
  }

  /**
   * The call asked for something impossible: a bad file, a bad value, something this device cannot
   * do.
   */
  public boolean isCallersFault() {
    return status == FW_STATUS_INVALID_ARGUMENT
        || status == FW_STATUS_MODEL_FILE
        || status == FW_STATUS_UNSUPPORTED;
  }

  /** The lane is of no use any more; another one may be opened on the same device. */
  public boolean isLaneLost() {
    return status == FW_STATUS_LANE_LOST;
  }

  /** The device is of no use to this process any more. */
  public boolean isDeviceLost() {
    return status == FW_STATUS_DEVICE_LOST;
  }
}
