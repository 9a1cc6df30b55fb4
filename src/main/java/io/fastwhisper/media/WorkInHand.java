package io.fastwhisper.media;

import io.fastwhisper.bus.Addresses;
import io.fastwhisper.bus.Command.StopWork;
import io.fastwhisper.bus.Event;
import io.fastwhisper.domain.ClipId;
import io.fastwhisper.domain.Failure;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The pieces of work that a room's verticle has begun: each ends with one event, unless it was
 * called off or begun anew. While they move, that is told several times within the stage's time
 * limit. Belongs to one verticle and is used on its context; results come from other threads and
 * hop there.
 */
public final class WorkInHand {
  private static final long TELL_MS = 1_000;

  private final Vertx vertx;
  private final Context context;
  private final String address;
  private final Map<Object, Piece> pieces = new HashMap<>();

  /** One piece, and how often it had moved when that was told last. */
  private static final class Piece {
    final ClipId place;
    final Work<?> work;
    long movesTold;

    Piece(ClipId place, Work<?> work) {
      this.place = place;
      this.work = work;
    }
  }

  /**
   * Begins with none; tells from now on that the pieces move.
   *
   * @param context of the verticle, whose end is the end of this
   * @param address where the verticle takes commands
   */
  public WorkInHand(Vertx vertx, Context context, String address) {
    this.vertx = vertx;
    this.context = context;
    this.address = address;
    vertx.setPeriodic(TELL_MS, timer -> tellMoves());
  }

  private void tellMoves() {
    List<ClipId> places = new ArrayList<>();
    for (Piece piece : pieces.values()) {
      long moves = piece.work.moves();
      if (moves != piece.movesTold) {
        piece.movesTold = moves;
        places.add(piece.place);
      }
    }
    if (!places.isEmpty()) {
      vertx.eventBus().send(Addresses.EVENTS, new Event.WorkMoves(address, places));
    }
  }

  /**
   * Takes a piece of work that has begun, and sends what comes of it.
   *
   * @param key names it; an older piece of this name is called off
   * @param place the first clip that it may become part of
   */
  public <T> void take(
      Object key,
      ClipId place,
      Work<T> work,
      Function<T, Event> done,
      Function<Failure, Event> failed) {
    Piece piece = new Piece(place, work);
    Piece older = pieces.put(key, piece);
    if (older != null) {
      older.work.cancel();
    }
    work.result()
        .onComplete(
            result ->
                context.runOnContext(
                    hop -> {
                      if (pieces.remove(key, piece)) {
                        vertx
                            .eventBus()
                            .send(
                                Addresses.EVENTS,
                                result.succeeded()
                                    ? done.apply(result.result())
                                    : failed.apply(failure(result.cause(), key)));
                      }
                    }));
  }

  /** Kills what belongs to the job at this place or behind it. */
  public void stop(StopWork stop) {
    List<Map.Entry<Object, Piece>> ended =
        pieces.entrySet().stream()
            .filter(entry -> entry.getValue().place.job().equals(stop.from().job()))
            .filter(entry -> entry.getValue().place.compareTo(stop.from()) >= 0)
            .toList();
    ended.forEach(
        entry -> {
          pieces.remove(entry.getKey());
          entry.getValue().work.cancel();
        });
  }

  /** Kills everything. */
  public void stopAll() {
    pieces.values().forEach(piece -> piece.work.cancel());
    pieces.clear();
  }

  private static Failure failure(Throwable cause, Object where) {
    return cause instanceof MediaException failed
        ? failed.failure()
        : Failure.passing("failed: " + cause, where.toString());
  }
}
