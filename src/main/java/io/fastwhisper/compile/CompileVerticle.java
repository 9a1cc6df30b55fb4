package io.fastwhisper.compile;

import io.fastwhisper.bus.Addresses;
import io.fastwhisper.bus.Command.FilmPart;
import io.fastwhisper.bus.Command.JoinFilm;
import io.fastwhisper.bus.Command.StopWork;
import io.fastwhisper.bus.Consumers;
import io.fastwhisper.bus.Event;
import io.fastwhisper.domain.ClipId;
import io.fastwhisper.media.Media;
import io.fastwhisper.media.WorkInHand;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;

/**
 * Joins clips to films by child processes; how many at a time is the coordinator's to say. Runs on
 * an event loop.
 */
public final class CompileVerticle extends VerticleBase {
  private final Media media;
  private WorkInHand work;

  public CompileVerticle(Media media) {
    this.media = media;
  }

  @Override
  public Future<?> start() {
    work = new WorkInHand(vertx, context, Addresses.COMPILE);
    return Future.all(
        Consumers.register(vertx.eventBus(), Addresses.COMPILE, JoinFilm.class, this::join)
            .completion(),
        Consumers.register(vertx.eventBus(), Addresses.STOP, StopWork.class, work::stop)
            .completion());
  }

  @Override
  public Future<?> stop() {
    work.stopAll();
    return Future.succeededFuture();
  }

  private void join(JoinFilm command) {
    work.take(
        command.job(),
        new ClipId(command.job(), 0, 0, 0),
        media.join(
            command.parts().stream().map(FilmPart::clip).toList(),
            command.parts().stream().map(part -> part.file().file()).toList(),
            command.format(),
            command.film()),
        film ->
            new Event.CompilationReady(
                command.job(), film.file(), film.lengthMs(), film.clips(), command.attempt()),
        failure -> new Event.CompilationFailed(command.job(), failure, command.attempt()));
  }
}
