package io.fastwhisper.transcribe;

import io.fastwhisper.domain.GpuUse;
import io.fastwhisper.engine.EngineException;
import io.fastwhisper.engine.NativeCore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures how much of a device is in use, as long as that can be measured. Waits for the driver,
 * so not on an event loop; not thread-safe.
 */
final class UseMeter {
  private static final Logger LOG = LoggerFactory.getLogger(UseMeter.class);

  private final String device;
  private boolean tells;

  UseMeter(String device) {
    this.device = device;
    this.tells = NativeCore.isGpu(device);
  }

  /** Null where the device is no GPU, or its driver tells nothing, which is said once. */
  GpuUse measure() {
    if (!tells) {
      return null;
    }
    try {
      return NativeCore.use(device);
    } catch (EngineException e) {
      tells = false;
      LOG.info("{}: how much of it is in use is not told: {}", device, e.getMessage());
      return null;
    }
  }
}
