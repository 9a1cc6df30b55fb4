package io.fastwhisper.compile;

import io.fastwhisper.bus.Addresses;
import io.fastwhisper.bus.Command;
import io.fastwhisper.bus.Consumers;
import io.fastwhisper.bus.Event;
import io.fastwhisper.compile.ClipLedger.Published;
import io.fastwhisper.domain.JobId;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * Keeps every job's {@link ClipLedger} and tells when its ordered beginning has grown. Runs on an
 * event loop, without I/O.
 */
public final class OrderingVerticle extends VerticleBase {
  private final Map<JobId, ClipLedger> ledgers = new HashMap<>();

  @Override
  public Future<?> start() {
    return Consumers.register(vertx.eventBus(), Addresses.ORDERING, Command.class, this::take)
        .completion();
  }

  private void take(Command command) {
    if (command instanceof Command.OpenLedger open) {
      ledgers.put(open.job(), new ClipLedger(open.maxLengthMs()));
    } else if (command instanceof Command.CountVideos count) {
      update(count.job(), ledger -> ledger.countVideos(count.videos()));
    } else if (command instanceof Command.TakeTickets take) {
      update(
          take.video().job(), ledger -> ledger.takeTickets(take.video().video(), take.segments()));
    } else if (command instanceof Command.OpenTicket open) {
      update(
          open.segment().job(),
          ledger ->
              ledger.openTicket(open.segment().video(), open.segment().segment(), open.clips()));
    } else if (command instanceof Command.CloseTicket close) {
      update(
          close.clip().job(),
          ledger ->
              ledger.closeTicket(
                  close.clip().video(), close.clip().segment(), close.clip().clip(), close.file()));
    } else if (command instanceof Command.CloseLedger close) {
      ledgers.remove(close.job());
    } else {
      throw new IllegalArgumentException("the ordering does not take " + command);
    }
  }

  /** A job whose ledger is closed may still have messages on their way; they change nothing. */
  private void update(JobId job, Function<ClipLedger, Published> change) {
    ClipLedger ledger = ledgers.get(job);
    if (ledger == null) {
      return;
    }
    Published news = change.apply(ledger);
    if (news.any()) {
      vertx
          .eventBus()
          .send(
              Addresses.EVENTS,
              new Event.PrefixGrown(
                  job, news.added(), news.lengthMs(), news.complete(), news.maxLengthReached()));
    }
  }
}
