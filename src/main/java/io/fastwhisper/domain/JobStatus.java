package io.fastwhisper.domain;

/** How a job stands. */
public enum JobStatus {
  PROCESSING,
  /** Ended as asked, also where nothing was found or some sources failed. */
  COMPLETED,
  /** Ended without what was asked: no source was usable, or the film could not be made. */
  ERROR,
  CANCELLED;

  public boolean ended() {
    return this != PROCESSING;
  }
}
