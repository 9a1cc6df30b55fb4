package io.fastwhisper.web;

import io.fastwhisper.bus.Addresses;
import io.fastwhisper.bus.Command.CancelJob;
import io.fastwhisper.bus.Command.ResumeJob;
import io.fastwhisper.bus.Command.SubmitJob;
import io.fastwhisper.bus.Consumers;
import io.fastwhisper.bus.Event.JobProgress;
import io.fastwhisper.bus.Message;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.JobRequest;
import io.fastwhisper.domain.JobSnapshot;
import io.fastwhisper.domain.KeptJob;
import io.fastwhisper.domain.Source;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The jobs of this server: those that run are followed from before they are submitted, those that
 * have ended come from the store. Used on the server's event loop alone.
 */
final class JobBoard {
  private static final Logger LOG = LoggerFactory.getLogger(JobBoard.class);
  private static final String OWNER_ONLY = "rwx------";

  /** Ended jobs whose feeds are still here for clients that come back. */
  private static final int LINGERING = 50;

  /** What a cancelled job may take to end before its client is answered. */
  private static final long CANCEL_WAIT_MS = 2_000;

  private final Vertx vertx;
  private final Store store;
  private final JobJson json;
  private final Path folder;
  private final long generation;
  private final Map<JobId, LiveJob> live = new HashMap<>();
  private final Deque<JobId> lingering = new ArrayDeque<>();
  private final List<Consumer<JobSnapshot>> ends = new ArrayList<>();

  JobBoard(Vertx vertx, WebSettings settings, JobJson json) {
    this.vertx = vertx;
    this.store = new Store(vertx.eventBus());
    this.json = json;
    this.folder = settings.jobs();
    this.generation = settings.generation();
  }

  /** From now on this is told how each job ends. */
  void onEnd(Consumer<JobSnapshot> listener) {
    ends.add(listener);
  }

  /** Goes on with the jobs that an earlier server has left, the oldest first. */
  Future<Void> resume() {
    return store.unfinished().compose(this::resume);
  }

  private Future<Void> resume(List<KeptJob> jobs) {
    Future<Void> resumed = Future.succeededFuture();
    for (KeptJob job : jobs) {
      resumed = resumed.compose(done -> resume(job));
    }
    return resumed;
  }

  private Future<Void> resume(KeptJob job) {
    return makeFolder(job.film())
        .compose(made -> follow(JobView.of(job)))
        .compose(
            followed ->
                vertx
                    .eventBus()
                    .request(
                        Addresses.JOBS,
                        new ResumeJob(job.id(), job.request(), job.film(), job.receivedAtMs())))
        .<Void>mapEmpty()
        .recover(
            e -> {
              LOG.error("job {} cannot be resumed", job.id(), e);
              live.remove(job.id());
              return Future.succeededFuture();
            });
  }

  /** Accepts a job; it is kept when this succeeds. */
  Future<JobView> submit(JobRequest request) {
    JobId id = JobId.random();
    Path film = folder.resolve(id.value()).resolve("compilation.mp4");
    JobView view = new JobView(id, 0, request, JobView.before(id, System.currentTimeMillis()));
    return makeFolder(film)
        .compose(made -> follow(view))
        .compose(
            job ->
                vertx
                    .eventBus()
                    .request(Addresses.JOBS, new SubmitJob(id, request, film))
                    .compose(taken -> store.load(id))
                    .map(
                        kept -> {
                          job.number(kept.number());
                          return job.view();
                        }))
        .recover(
            e -> {
              live.remove(id);
              return vertx
                  .fileSystem()
                  .deleteRecursive(film.getParent().toString())
                  .transform(gone -> Future.failedFuture(e));
            });
  }

  /** Fails where there is no such job. */
  Future<JobView> find(JobId id) {
    LiveJob job = live.get(id);
    return job != null ? Future.succeededFuture(job.view()) : stored(id);
  }

  private Future<JobView> stored(JobId id) {
    return store
        .load(id)
        .compose(
            kept ->
                kept == null
                    ? Future.failedFuture(Problem.notFound("there is no such job"))
                    : Future.succeededFuture(JobView.of(kept)));
  }

  /** The newest first, with numbers below this one. */
  Future<List<JobView>> list(long before, int limit) {
    return store
        .list(before, limit)
        .map(
            kept ->
                kept.stream()
                    .map(
                        job ->
                            live.containsKey(job.id())
                                ? live.get(job.id()).view()
                                : JobView.of(job))
                    .toList());
  }

  /** What is and was told of a job. */
  Future<LiveJob> feed(JobId id) {
    LiveJob job = live.get(id);
    return job != null
        ? Future.succeededFuture(job)
        : stored(id).map(view -> new LiveJob(view, 0, json));
  }

  /** Calls a job off; gives how it ended, or how it stands where that takes its time. */
  Future<JobView> cancel(JobView job) {
    LiveJob running = live.get(job.id());
    return vertx
        .eventBus()
        .request(Addresses.JOBS, new CancelJob(job.id()))
        .compose(
            taken ->
                running == null
                    ? Future.succeededFuture(job)
                    : Future.any(running.end(), vertx.timer(CANCEL_WAIT_MS))
                        .map(either -> running.view()));
  }

  /** Forgets an ended job; its film goes first, so that nothing is left of what nobody knows. */
  Future<Void> forget(JobId id) {
    String files = folder.resolve(id.value()).toString();
    return vertx
        .fileSystem()
        .exists(files)
        .compose(
            there ->
                there ? vertx.fileSystem().deleteRecursive(files) : Future.<Void>succeededFuture())
        .compose(gone -> store.forget(id))
        .onSuccess(gone -> live.remove(id));
  }

  /** Files that the server has chosen for sources of jobs that have not ended. */
  Set<String> filesInUse() {
    return live.values().stream()
        .filter(job -> !job.view().ended())
        .flatMap(job -> job.view().request().sources().stream())
        .map(Source::file)
        .filter(file -> !file.isEmpty())
        .collect(Collectors.toSet());
  }

  /** Hears of the job from now on; done when nothing can be missed. */
  private Future<LiveJob> follow(JobView view) {
    LiveJob job = new LiveJob(view, generation, json);
    live.put(view.id(), job);
    MessageConsumer<Message> reports =
        Consumers.register(
            vertx.eventBus(),
            Addresses.progress(view.id()),
            JobProgress.class,
            progress -> job.take(progress.snapshot()));
    job.end()
        .onSuccess(
            ended -> {
              reports.unregister();
              linger(ended.id());
              ends.forEach(listener -> listener.accept(ended.snapshot()));
            });
    return reports.completion().map(job);
  }

  private void linger(JobId ended) {
    lingering.add(ended);
    if (lingering.size() > LINGERING) {
      live.remove(lingering.remove());
    }
  }

  private Future<Void> makeFolder(Path film) {
    return vertx
        .fileSystem()
        .mkdirs(film.getParent().toString(), OWNER_ONLY)
        .recover(
            e -> {
              LOG.error("{} cannot be made: {}", film.getParent(), e.getMessage());
              return Future.failedFuture(
                  Problem.of(507, "no_storage", "the server's data folder cannot be written"));
            });
  }
}
