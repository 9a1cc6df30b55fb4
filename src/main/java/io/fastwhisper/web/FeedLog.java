package io.fastwhisper.web;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What has been told of one job, in order, for clients that come later or come back. Every client
 * reads it at its own pace by the id of the last event that it has; so a slow one costs no more
 * than a number.
 *
 * <p>An event may replace the last one of the same key: what only counts on is kept once. All
 * others are kept for as long as the log is.
 *
 * <p>Ids are made of a generation and a sequence. A log of the same job in another life of the
 * server has another generation, so that an id of it is recognised.
 */
final class FeedLog {
  /** Events of one generation. */
  static final long GENERATION_SIZE = 1_000_000_000L;

  private final long first;
  private final NavigableMap<Long, FeedEvent> events = new TreeMap<>();
  private final Map<String, Long> lastOfKey = new HashMap<>();
  private long last;
  private boolean ended;

  /**
   * An empty log.
   *
   * @param generation from 0; larger than that of any log that this job had before
   */
  FeedLog(long generation) {
    first = Math.multiplyExact(generation, GENERATION_SIZE);
    last = first;
  }

  /** Adds an event that is kept. */
  void add(String name, String data) {
    requireOpen();
    events.put(++last, new FeedEvent(last, name, data));
  }

  /**
   * Adds an event that takes the place of the last one with this key.
   *
   * @param key names what it tells the state of
   */
  void replace(String key, String name, String data) {
    add(name, data);
    Long before = lastOfKey.put(key, last);
    if (before != null) {
      events.remove(before);
    }
  }

  /** Adds the last event. */
  void end(String name, String data) {
    add(name, data);
    ended = true;
  }

  boolean ended() {
    return ended;
  }

  /** Id of the last event; before the first one what {@link #beginning} gives. */
  long lastId() {
    return last;
  }

  /** Where a client that has nothing begins: behind this id comes the first event. */
  long beginning() {
    return first;
  }

  /**
   * True where a client that has this event can go on behind it; otherwise what it has is void and
   * it must begin anew.
   */
  boolean knows(long id) {
    return first <= id && id <= last;
  }

  /** The next events behind this id, in order. */
  List<FeedEvent> after(long id, int limit) {
    List<FeedEvent> next = new ArrayList<>();
    for (FeedEvent event : events.tailMap(id, false).values()) {
      if (next.size() == limit) {
        break;
      }
      next.add(event);
    }
    return next;
  }

  private void requireOpen() {
    if (ended) {
      throw new IllegalStateException("the feed has ended");
    }
    if (last - first == GENERATION_SIZE - 1) {
      throw new IllegalStateException("a feed of " + GENERATION_SIZE + " events");
    }
  }
}
