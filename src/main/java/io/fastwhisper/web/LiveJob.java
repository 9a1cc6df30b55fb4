package io.fastwhisper.web;

import io.fastwhisper.domain.JobSnapshot;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** A job that is followed: how it stands, what has been told of it, and who listens. */
final class LiveJob {
  private final FeedLog log;
  private final SnapshotNews news;
  private final Set<Runnable> readers = new LinkedHashSet<>();
  private final Promise<JobView> end = Promise.promise();
  private JobView view;

  LiveJob(JobView view, long generation, JobJson json) {
    this.view = view;
    this.log = new FeedLog(generation);
    this.news = new SnapshotNews(log, json);
    news.take(view);
    if (view.ended()) {
      end.complete(view);
    }
  }

  JobView view() {
    return view;
  }

  FeedLog log() {
    return log;
  }

  /** Succeeds when the job has ended. */
  Future<JobView> end() {
    return end.future();
  }

  void number(long number) {
    view = new JobView(view.id(), number, view.request(), view.snapshot());
  }

  void take(JobSnapshot snapshot) {
    if (view.ended()) {
      return;
    }
    view = view.at(snapshot);
    news.take(view);
    List.copyOf(readers).forEach(Runnable::run);
    if (view.ended()) {
      end.complete(view);
    }
  }

  /** From now on, this is run when there are more events. */
  void addReader(Runnable reader) {
    readers.add(reader);
  }

  void removeReader(Runnable reader) {
    readers.remove(reader);
  }
}
