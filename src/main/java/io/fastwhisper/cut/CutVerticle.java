package io.fastwhisper.cut;

import io.fastwhisper.bus.Addresses;
import io.fastwhisper.bus.Command.CutClip;
import io.fastwhisper.bus.Command.StopWork;
import io.fastwhisper.bus.Consumers;
import io.fastwhisper.bus.Event;
import io.fastwhisper.domain.Clip;
import io.fastwhisper.domain.CutFile;
import io.fastwhisper.media.Media;
import io.fastwhisper.media.WorkInHand;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;

/**
 * Cuts clips by child processes; how many at a time is the coordinator's to say. Runs on an event
 * loop.
 */
public final class CutVerticle extends VerticleBase {
  private final Media media;
  private WorkInHand work;

  public CutVerticle(Media media) {
    this.media = media;
  }

  @Override
  public Future<?> start() {
    work = new WorkInHand(vertx, context, Addresses.CUT);
    return Future.all(
        Consumers.register(vertx.eventBus(), Addresses.CUT, CutClip.class, this::cut).completion(),
        Consumers.register(vertx.eventBus(), Addresses.STOP, StopWork.class, work::stop)
            .completion());
  }

  @Override
  public Future<?> stop() {
    work.stopAll();
    return Future.succeededFuture();
  }

  private void cut(CutClip command) {
    Clip clip = command.clip();
    work.take(
        clip.id(),
        clip.id(),
        media.cut(command.video(), clip.range(), command.format(), command.clipFile()),
        held ->
            new Event.ClipCut(new CutFile(clip.id(), command.clipFile(), held), command.attempt()),
        failure -> new Event.ClipFailed(clip.id(), failure, command.attempt()));
  }
}
