package io.fastwhisper.web;

/**
 * One event of a progress feed.
 *
 * @param id larger than that of every event before
 * @param name "stage", "match" ...
 * @param data JSON on one line
 */
record FeedEvent(long id, String name, String data) {
  /** As it is sent, with the empty line that ends it. */
  String frame() {
    return "id: " + id + "\nevent: " + name + "\ndata: " + data + "\n\n";
  }
}
