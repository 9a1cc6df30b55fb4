package io.fastwhisper.domain;

/**
 * What one kind of work has to do, over all jobs.
 *
 * @param active pieces in hand
 * @param queued pieces that wait
 * @param completed pieces done since this process began
 */
public record StageLoad(int active, int queued, long completed) {
  public StageLoad plus(StageLoad other) {
    return new StageLoad(active + other.active, queued + other.queued, completed + other.completed);
  }
}
