package io.fastwhisper.bus;

import io.fastwhisper.domain.DeviceLoad;
import io.fastwhisper.domain.DeviceWork;
import io.fastwhisper.domain.GpuUse;
import io.fastwhisper.domain.HeardSegment;
import io.fastwhisper.domain.KeptJob;
import io.fastwhisper.domain.StageLoad;
import io.fastwhisper.domain.Transcript;
import java.util.List;
import java.util.Map;

/** What comes back with the answer to a request, where that is more than "taken" or "done". */
public sealed interface Reply extends Message {

  /**
   * How busy everything is.
   *
   * @param draining true where no more jobs are taken
   * @param jobs that run
   * @param fetching looking at sources, opening videos, fetching segments
   * @param transcribing segments on devices
   * @param compiling cutting clips and joining films
   * @param gpus how much of each is in use, by the device; of those whose drivers tell
   * @param lostDevices why, by the device
   */
  record LoadTold(
      boolean draining,
      int jobs,
      StageLoad fetching,
      StageLoad transcribing,
      StageLoad compiling,
      DeviceWork work,
      List<DeviceLoad> devices,
      Map<String, GpuUse> gpus,
      Map<String, String> lostDevices)
      implements Reply {
    public LoadTold {
      devices = List.copyOf(devices);
      gpus = Map.copyOf(gpus);
      lostDevices = Map.copyOf(lostDevices);
    }
  }

  /**
   * The job is on the disk.
   *
   * @param number counts the jobs of this store, from 1
   */
  record JobKept(long number) implements Reply {}

  /**
   * What was heard in this sound before.
   *
   * @param key names the sound, the model and the options
   * @param heard on the time line of the segment that was asked about; null where it is not known
   */
  record SegmentRecalled(String key, HeardSegment heard) implements Reply {}

  /**
   * One job.
   *
   * @param job null where there is none of this id
   */
  record JobLoaded(KeptJob job) implements Reply {}

  /** Some jobs. */
  record JobsListed(List<KeptJob> jobs) implements Reply {
    public JobsListed {
      jobs = List.copyOf(jobs);
    }
  }

  /**
   * What was heard in one video so far.
   *
   * @param title "" where there is no such video, or it is not opened yet
   */
  record VideoHeard(String title, long durationMs, List<HeardSegment> segments) implements Reply {
    public VideoHeard {
      segments = List.copyOf(segments);
    }
  }

  /**
   * The device computes.
   *
   * @param transcript what it heard
   */
  record DeviceTried(Transcript transcript, long elapsedMs) implements Reply {}
}
