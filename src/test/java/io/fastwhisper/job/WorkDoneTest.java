package io.fastwhisper.job;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fastwhisper.domain.DeviceWork;
import io.fastwhisper.domain.GpuUse;
import org.junit.jupiter.api.Test;

class WorkDoneTest {
  private static final GpuUse HALF = new GpuUse(0.5, 1 << 20);

  private final WorkDone done = new WorkDone();

  @Test
  void timeCountsWhileASegmentIsOnADevice() {
    done.at(false, 1_000);
    done.at(true, 3_000);
    done.at(true, 4_000);
    done.at(false, 9_000);
    done.at(false, 20_000);
    done.transcribed(30_000);
    assertEquals(new DeviceWork(30_000, 6_000, 0, 0), done.work());
    assertEquals(1, done.segments());
  }

  @Test
  void aGpuCountsWhileASegmentIsOnADeviceAndItsDriverTellsHowBusyItIs() {
    done.measured(HALF);
    done.at(true, 1_000);
    done.measured(HALF);
    done.measured(new GpuUse(-1, 1 << 20));
    done.measured(new GpuUse(1, 1 << 20));
    done.at(false, 1_000);
    done.measured(HALF);
    assertEquals(new DeviceWork(0, 0, 1.5, 2), done.work());
  }
}
