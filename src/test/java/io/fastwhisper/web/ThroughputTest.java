package io.fastwhisper.web;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fastwhisper.domain.DeviceWork;
import org.junit.jupiter.api.Test;

class ThroughputTest {
  private static final long MINUTE_MS = 60_000;

  private final Throughput throughput = new Throughput();

  @Test
  void nothingDoneIsNoSpeed() {
    assertEquals(0, throughput.transcriptionSpeed());
    assertEquals(0, throughput.pipelineThroughput(5));
    assertEquals(0, throughput.meanRequestS(5));
    assertEquals(0, throughput.gpuEfficiency());
  }

  @Test
  void theSpeedCountsBusyTimeOnly() {
    sample(0, 0, 0);
    sample(120_000, 2_000, 5 * MINUTE_MS);
    assertEquals(60, throughput.transcriptionSpeed());
  }

  @Test
  void whatIsOlderThanTenMinutesCountsNoLonger() {
    sample(0, 0, 0);
    sample(600_000, 100_000, MINUTE_MS);
    sample(600_000, 100_000, 2 * MINUTE_MS);
    sample(660_000, 101_000, 12 * MINUTE_MS);
    assertEquals(60, throughput.transcriptionSpeed());
    throughput.jobEnded(600_000, 9_000, 0);
    throughput.jobEnded(300_000, 3_000, 9 * MINUTE_MS);
    assertEquals(1.5, throughput.pipelineThroughput(9 * MINUTE_MS));
    assertEquals(6, throughput.meanRequestS(9 * MINUTE_MS));
    assertEquals(0.5, throughput.pipelineThroughput(11 * MINUTE_MS));
    assertEquals(3, throughput.meanRequestS(11 * MINUTE_MS));
  }

  @Test
  void gpusThatWereMeasuredBeforeTheSpanCountNoLonger() {
    throughput.sample(new DeviceWork(0, 0, 10, 10), 0);
    throughput.sample(new DeviceWork(0, 0, 10.5, 11), MINUTE_MS);
    throughput.sample(new DeviceWork(0, 0, 11.0, 13), 9 * MINUTE_MS);
    assertEquals(1.0 / 3, throughput.gpuEfficiency());
    throughput.sample(new DeviceWork(0, 0, 11.0, 13), 12 * MINUTE_MS);
    assertEquals(0.25, throughput.gpuEfficiency());
  }

  private void sample(long soundMs, long busyMs, long nowMs) {
    throughput.sample(new DeviceWork(soundMs, busyMs, 0, 0), nowMs);
  }
}
