package io.fastwhisper.media;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastwhisper.bus.Addresses;
import io.fastwhisper.bus.BusCodec;
import io.fastwhisper.bus.Event;
import io.fastwhisper.bus.HeardEvents;
import io.fastwhisper.domain.ClipId;
import io.fastwhisper.domain.CutFile;
import io.fastwhisper.domain.Failure;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.TimeRange;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WorkInHandTest {
  private static final JobId JOB = JobId.random();

  private final Vertx vertx = Vertx.vertx();
  private HeardEvents heard;
  private Context context;
  private WorkInHand work;

  /** Work that moves and ends when it is told to. */
  private static final class Piece implements Work<Long> {
    final AtomicLong moves = new AtomicLong();
    final Promise<Long> result = Promise.promise();
    volatile boolean cancelled;

    @Override
    public Future<Long> result() {
      return result.future();
    }

    @Override
    public long moves() {
      return moves.get();
    }

    @Override
    public void cancel() {
      cancelled = true;
    }
  }

  @BeforeEach
  void begin() throws Exception {
    BusCodec.register(vertx.eventBus());
    heard = new HeardEvents(vertx);
    context = vertx.getOrCreateContext();
    onContext(() -> work = new WorkInHand(vertx, context, Addresses.CUT));
  }

  @AfterEach
  void close() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get();
  }

  @Test
  void itTellsOfWorkThatMovesAndOfNoOther() throws Exception {
    Piece still = new Piece();
    Piece moving = new Piece();
    onContext(
        () -> {
          take(0, 1, still);
          take(1, 1, moving);
        });
    for (int i = 0; i < 2; i++) {
      moving.moves.incrementAndGet();
      Event.WorkMoves moves = heard.next(Event.WorkMoves.class);
      assertEquals(Addresses.CUT, moves.address());
      assertEquals(List.of(id(1)), moves.places());
    }
  }

  @Test
  void workThatIsAskedForAgainIsBegunAnewAndAnsweredOnce() throws Exception {
    Piece first = new Piece();
    Piece second = new Piece();
    onContext(
        () -> {
          take(0, 1, first);
          take(0, 2, second);
        });
    assertTrue(first.cancelled);
    first.result.complete(1L);
    second.result.complete(2L);
    Event.ClipCut cut = heard.next(Event.ClipCut.class);
    assertEquals(2, cut.attempt());
    assertEquals(2, cut.clip().lengthMs());
  }

  private void take(int clip, int attempt, Piece piece) {
    work.take(
        id(clip),
        id(clip),
        piece,
        lengthMs ->
            new Event.ClipCut(
                new CutFile(id(clip), Path.of("/clip"), new TimeRange(0, lengthMs)), attempt),
        (Failure failure) -> new Event.ClipFailed(id(clip), failure, attempt));
  }

  private static ClipId id(int clip) {
    return new ClipId(JOB, 0, 0, clip);
  }

  private void onContext(Runnable action) throws Exception {
    CompletableFuture<Void> done = new CompletableFuture<>();
    context.runOnContext(
        go -> {
          action.run();
          done.complete(null);
        });
    done.get();
  }
}
