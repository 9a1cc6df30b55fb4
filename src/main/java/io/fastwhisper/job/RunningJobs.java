package io.fastwhisper.job;

import io.fastwhisper.domain.JobId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The jobs that have not ended, and those of which there is something new to tell. */
final class RunningJobs {
  private final Map<JobId, Entry> jobs = new LinkedHashMap<>();
  private final Set<JobId> changed = new LinkedHashSet<>();
  private long nextNumber;

  /**
   * A job.
   *
   * @param number its place among all, in the order in which they came
   */
  record Entry(Job job, long number) {}

  /** The place of a job that has just come. */
  long nextNumber() {
    return nextNumber++;
  }

  void add(Entry entry) {
    jobs.put(entry.job().id(), entry);
  }

  void remove(JobId id) {
    jobs.remove(id);
    changed.remove(id);
  }

  /** The job, or null where none of this id runs. */
  Entry get(JobId id) {
    return jobs.get(id);
  }

  List<JobId> ids() {
    return List.copyOf(jobs.keySet());
  }

  void changed(JobId id) {
    changed.add(id);
  }

  /** Those that have changed since this was asked last. */
  List<Job> takeChanged() {
    List<Job> told = new ArrayList<>();
    changed.forEach(id -> told.add(jobs.get(id).job()));
    changed.clear();
    return told;
  }
}
