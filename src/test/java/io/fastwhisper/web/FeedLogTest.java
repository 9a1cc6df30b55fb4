package io.fastwhisper.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FeedLogTest {
  /** A client that comes and goes, and believes what it is told. */
  private static final class Client {
    final List<String> kept = new ArrayList<>();
    final Map<String, String> states = new HashMap<>();
    long heard;

    void read(FeedLog log, int events) {
      for (FeedEvent event : log.after(heard, events)) {
        assertTrue(event.id() > heard, event.toString());
        heard = event.id();
        if (event.name().equals("state")) {
          states.put(event.data().split("=")[0], event.data());
        } else {
          kept.add(event.data());
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void whoeverComesBackHearsEachKeptEventOnceInOrderAndTheLastOfEachState(long seed) {
    Random random = new Random(seed);
    FeedLog log = new FeedLog(7);
    List<String> kept = new ArrayList<>();
    Map<String, String> states = new HashMap<>();
    List<Client> clients = new ArrayList<>();
    for (int step = 0; step < 2_000; step++) {
      int what = random.nextInt(10);
      if (what < 3) {
        kept.add("kept " + step);
        log.add("kept", "kept " + step);
      } else if (what < 7) {
        String key = "k" + random.nextInt(5);
        states.put(key, key + "=" + step);
        log.replace(key, "state", key + "=" + step);
      } else if (what < 8 && clients.size() < 50) {
        Client client = new Client();
        client.heard = log.beginning();
        clients.add(client);
      } else if (!clients.isEmpty()) {
        clients.get(random.nextInt(clients.size())).read(log, 1 + random.nextInt(20));
      }
    }
    for (Client client : clients) {
      assertTrue(log.knows(client.heard));
      client.read(log, Integer.MAX_VALUE);
      assertEquals(kept, client.kept);
      assertEquals(states, client.states);
      assertEquals(log.lastId(), client.heard);
    }
  }

  @Test
  void whatIsReplacedTakesNoRoom() {
    FeedLog log = new FeedLog(0);
    for (int i = 0; i < 1_000; i++) {
      log.replace("progress", "progress", Integer.toString(i));
    }
    assertEquals(List.of(new FeedEvent(1_000, "progress", "999")), log.after(log.beginning(), 10));
  }

  @Test
  void anIdOfAnotherGenerationIsNotKnown() {
    FeedLog before = new FeedLog(3);
    before.add("stage", "{}");
    FeedLog log = new FeedLog(4);
    assertFalse(log.knows(before.lastId()));
    assertFalse(log.knows(new FeedLog(5).beginning()));
    assertFalse(log.knows(log.lastId() + 1));
    assertTrue(log.knows(log.beginning()));
  }

  @Test
  void nothingFollowsTheEnd() {
    FeedLog log = new FeedLog(0);
    log.end("end", "{}");
    assertTrue(log.ended());
    assertThrows(IllegalStateException.class, () -> log.add("stage", "{}"));
    assertThrows(IllegalStateException.class, () -> log.replace("a", "progress", "{}"));
  }

  @Test
  void anEventIsFramedAsTheStandardSays() {
    assertEquals(
        "id: 12\nevent: clip\ndata: {\"a\":1}\n\n", new FeedEvent(12, "clip", "{\"a\":1}").frame());
  }
}
