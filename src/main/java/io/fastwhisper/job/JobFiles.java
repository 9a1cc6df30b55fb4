package io.fastwhisper.job;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.file.FileSystem;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes and removes the files of jobs, never on the event loop. */
final class JobFiles {
  private static final Logger LOG = LoggerFactory.getLogger(JobFiles.class);
  private static final String OWNER_ONLY = "rwx------";

  /** A child that was told to stop may still be writing for a moment. */
  private static final int REMOVE_TRIES = 20;

  private static final long REMOVE_PAUSE_MS = 100;

  private final Vertx vertx;
  private final FileSystem fileSystem;

  JobFiles(Vertx vertx) {
    this.vertx = vertx;
    this.fileSystem = vertx.fileSystem();
  }

  /** Makes a job's folders, for this user only. */
  Future<Void> make(JobFolder folder) {
    Future<Void> made = Future.succeededFuture();
    for (Path path : folder.folders()) {
      made = made.compose(done -> fileSystem.mkdirs(path.toString(), OWNER_ONLY));
    }
    return made;
  }

  /** Removes a file, if it is there. Succeeds also where it stays, which is logged. */
  Future<Void> delete(Path file) {
    return fileSystem
        .delete(file.toString())
        .recover(
            e ->
                fileSystem
                    .exists(file.toString())
                    .onSuccess(
                        there -> {
                          if (there) {
                            LOG.warn("{} cannot be removed: {}", file, e.getMessage());
                          }
                        })
                    .<Void>mapEmpty()
                    .otherwiseEmpty());
  }

  /** Removes all that a job has left. Succeeds also where something stays, which is logged. */
  Future<Void> remove(JobFolder folder) {
    Promise<Void> removed = Promise.promise();
    remove(folder.root().toString(), REMOVE_TRIES, removed);
    return removed.future();
  }

  private void remove(String root, int tries, Promise<Void> removed) {
    fileSystem
        .exists(root)
        .compose(there -> there ? fileSystem.deleteRecursive(root) : Future.succeededFuture())
        .onSuccess(done -> removed.complete())
        .onFailure(
            e -> {
              if (tries > 1) {
                vertx.setTimer(REMOVE_PAUSE_MS, timer -> remove(root, tries - 1, removed));
              } else {
                LOG.warn("{} cannot be removed: {}", root, e.getMessage());
                removed.complete();
              }
            });
  }
}
