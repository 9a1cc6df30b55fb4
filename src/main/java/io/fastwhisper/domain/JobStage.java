package io.fastwhisper.domain;

/** The stages of a job, in order. They overlap; a job is at the earliest that is not finished. */
public enum JobStage {
  INITIALIZING,
  /** Sources are resolved, videos opened. */
  ANALYZING,
  TRANSCRIBING,
  /** Clips are cut. */
  DOWNLOADING,
  /** Clips are joined. */
  COMPILING
}
