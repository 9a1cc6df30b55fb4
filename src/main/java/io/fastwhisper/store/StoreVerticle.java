package io.fastwhisper.store;

import io.fastwhisper.bus.Addresses;
import io.fastwhisper.bus.Consumers;
import io.fastwhisper.bus.Refusal;
import io.fastwhisper.bus.Reply;
import io.fastwhisper.bus.StoreCommand;
import io.fastwhisper.bus.StoreCommand.ForgetJob;
import io.fastwhisper.bus.StoreCommand.KeepEnd;
import io.fastwhisper.bus.StoreCommand.KeepJob;
import io.fastwhisper.bus.StoreCommand.KeepSegment;
import io.fastwhisper.bus.StoreCommand.KeepVideo;
import io.fastwhisper.bus.StoreCommand.ListJobs;
import io.fastwhisper.bus.StoreCommand.ListUnfinished;
import io.fastwhisper.bus.StoreCommand.LoadJob;
import io.fastwhisper.bus.StoreCommand.LoadVideo;
import io.fastwhisper.bus.StoreCommand.RecallSegment;
import io.micrometer.core.instrument.Metrics;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.eventbus.ReplyException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps jobs, how they ended and what was heard, in one SQLite file of the data folder, and tells
 * of them. A reply comes when what was to be kept is on the disk.
 *
 * <p>Runs on a worker thread of its own ({@link #deployment}), the only one that touches the file.
 * Does not start where the file is damaged, of a newer version, or cannot be written: the
 * deployment then fails with a {@link StoreException}.
 */
public final class StoreVerticle extends VerticleBase {
  /** Segments that needed no device. */
  static final String RECALLED = "fastwhisper.transcripts.recalled";

  /** Sounds are read on other threads: a fast device asks for more of them than one can hash. */
  private static final int HASHED_AT_A_TIME = 4;

  private static final Logger LOG = LoggerFactory.getLogger(StoreVerticle.class);

  private final DataFolder folder;
  private final String transcriber;
  private WorkerExecutor sounds;
  private Database database;

  /**
   * @param folder opened, and open for longer than this verticle
   * @param transcriber names the model and whatever else changes what is heard
   */
  public StoreVerticle(DataFolder folder, String transcriber) {
    this.folder = folder;
    this.transcriber = transcriber;
  }

  /** How it has to be deployed: as one worker with a pool of one thread of its own. */
  public static DeploymentOptions deployment() {
    return new DeploymentOptions()
        .setThreadingModel(ThreadingModel.WORKER)
        .setWorkerPoolName("fastwhisper-store")
        .setWorkerPoolSize(1);
  }

  @Override
  public Future<?> start() throws StoreException, SQLException {
    // Shown as 0 from the start.
    Metrics.counter(RECALLED);
    Metrics.counter(SoundRows.DAMAGED);
    database = Database.open(folder.database());
    sounds = vertx.createSharedWorkerExecutor("fastwhisper-sounds", HASHED_AT_A_TIME);
    database.inTransaction(
        connection -> {
          Leftovers.remove(folder, connection);
          return null;
        });
    return Consumers.registerAsync(
            vertx.eventBus(), Addresses.STORE, StoreCommand.class, this::take)
        .completion();
  }

  @Override
  public Future<?> stop() throws SQLException {
    if (database != null) {
      sounds.close();
      database.close();
      database = null;
    }
    return Future.succeededFuture();
  }

  private Future<Reply> take(StoreCommand command) {
    if (command instanceof RecallSegment recall) {
      return sounds
          .executeBlocking(
              () -> SoundName.of(recall.pcmFile(), transcriber, recall.options(), recall.segment()),
              false)
          .map(name -> recall(recall, name));
    }
    try {
      return Future.succeededFuture(
          database.inTransaction(connection -> answer(connection, command)));
    } catch (SQLException e) {
      return Future.failedFuture(refusal(e));
    } catch (ReplyException e) {
      return Future.failedFuture(e);
    }
  }

  /** Null where "done" is all there is to say. */
  private static Reply answer(Connection connection, StoreCommand command) throws SQLException {
    if (command instanceof KeepJob keep) {
      return new Reply.JobKept(JobRows.add(connection, keep));
    } else if (command instanceof KeepEnd keep) {
      if (!JobRows.end(connection, keep.end())) {
        LOG.warn("job {} has ended and is not in the store", keep.end().id());
      }
    } else if (command instanceof KeepVideo keep) {
      JobRows.addVideo(connection, keep.video());
    } else if (command instanceof KeepSegment keep) {
      SoundRows.add(connection, keep.key(), HeardSound.of(keep.heard()));
      SoundRows.link(connection, keep.heard().segment(), keep.key());
    } else if (command instanceof ForgetJob forget) {
      if (!JobRows.forget(connection, forget.job())) {
        throw Refusal.of(Refusal.NOT_FOUND, "no job " + forget.job() + " that has ended");
      }
    } else if (command instanceof LoadJob load) {
      return new Reply.JobLoaded(JobRows.load(connection, load.job()).orElse(null));
    } else if (command instanceof ListJobs list) {
      return new Reply.JobsListed(JobRows.list(connection, list.before(), list.limit()));
    } else if (command instanceof ListUnfinished) {
      return new Reply.JobsListed(JobRows.unfinished(connection));
    } else if (command instanceof LoadVideo load) {
      return SoundRows.ofVideo(connection, load);
    } else {
      throw new IllegalArgumentException("the store does not take " + command);
    }
    return null;
  }

  /**
   * The name of a sound is told also where the disk fails: it can still be transcribed and kept.
   */
  private Reply recall(RecallSegment recall, String name) {
    Optional<HeardSound> heard = Optional.empty();
    try {
      heard = database.inTransaction(connection -> SoundRows.find(connection, name));
      if (heard.isPresent()) {
        Metrics.counter(RECALLED).increment();
        database.inTransaction(
            connection -> {
              SoundRows.link(connection, recall.segment(), name);
              return null;
            });
      }
    } catch (SQLException e) {
      LOG.error("what is known of segment {}: {}", recall.segment().id(), e.getMessage());
    }
    return new Reply.SegmentRecalled(
        name, heard.map(sound -> sound.in(recall.segment())).orElse(null));
  }

  private static Throwable refusal(SQLException e) {
    return Database.lacksStorage(e)
        ? Refusal.of(Refusal.NO_STORAGE, "the store cannot be written: " + e.getMessage())
        : e;
  }
}
