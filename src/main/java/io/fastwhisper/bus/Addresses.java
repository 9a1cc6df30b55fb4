package io.fastwhisper.bus;

import io.fastwhisper.domain.JobId;

/** Every address of the bus. */
public final class Addresses {
  /** The coordinator: accepts and cancels jobs. */
  public static final String JOBS = "fastwhisper.jobs";

  /** The coordinator: hears every event but progress. */
  public static final String EVENTS = "fastwhisper.events";

  /** Resolves sources. */
  public static final String SOURCE = "fastwhisper.source";

  /** Opens videos and fetches segments. */
  public static final String DOWNLOAD = "fastwhisper.download";

  /** Cuts clips. */
  public static final String CUT = "fastwhisper.cut";

  /** Keeps the order of the clips. */
  public static final String ORDERING = "fastwhisper.ordering";

  /** Joins clips. */
  public static final String COMPILE = "fastwhisper.compile";

  /** The store, where there is one: {@link StoreCommand}. */
  public static final String STORE = "fastwhisper.store";

  /** Published to: {@link Command.StopWork}. */
  public static final String STOP = "fastwhisper.stop";

  private Addresses() {}

  /**
   * Published to: what one job tells beside its progress, {@link Event.VideoOpened} and {@link
   * Event.SegmentHeard}.
   */
  public static String feed(JobId job) {
    return "fastwhisper.feed." + job;
  }

  /** One device's worker. */
  public static String device(String device) {
    return "fastwhisper.device." + device;
  }

  /** Published to: how one job stands. */
  public static String progress(JobId job) {
    return "fastwhisper.progress." + job;
  }
}
