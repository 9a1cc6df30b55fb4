package io.fastwhisper.store;

import io.fastwhisper.bus.Addresses;
import io.fastwhisper.bus.BusCodec;
import io.fastwhisper.bus.Message;
import io.fastwhisper.bus.Reply;
import io.fastwhisper.bus.StoreCommand;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** A store on a bus of its own. */
record RunningStore(DataFolder folder, Vertx vertx) implements AutoCloseable {

  /** Fails as the deployment does. */
  static RunningStore open(Path folder, String transcriber) throws Exception {
    DataFolder data = DataFolder.open(folder);
    Vertx vertx = Vertx.vertx();
    BusCodec.register(vertx.eventBus());
    RunningStore store = new RunningStore(data, vertx);
    try {
      get(vertx.deployVerticle(new StoreVerticle(data, transcriber), StoreVerticle.deployment()));
      return store;
    } catch (Exception e) {
      store.close();
      throw e;
    }
  }

  Reply ask(StoreCommand command) throws Exception {
    return (Reply) get(vertx.eventBus().<Message>request(Addresses.STORE, command)).body();
  }

  @Override
  public void close() throws Exception {
    get(vertx.close());
    folder.close();
  }

  private static <T> T get(Future<T> future) throws Exception {
    try {
      return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }
}
