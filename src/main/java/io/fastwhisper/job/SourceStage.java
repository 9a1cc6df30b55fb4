package io.fastwhisper.job;

import io.fastwhisper.bus.Command.CountVideos;
import io.fastwhisper.bus.Command.OpenVideo;
import io.fastwhisper.bus.Command.ResolveSource;
import io.fastwhisper.bus.Command.TakeTickets;
import io.fastwhisper.bus.Event.SourceFailed;
import io.fastwhisper.bus.Event.SourceResolved;
import io.fastwhisper.bus.Event.VideoFailed;
import io.fastwhisper.bus.Event.VideoOpened;
import io.fastwhisper.bus.StoreCommand.KeepVideo;
import io.fastwhisper.domain.Failure;
import io.fastwhisper.domain.Source;
import io.fastwhisper.domain.Video;
import io.fastwhisper.domain.VideoId;
import io.fastwhisper.domain.VideoLocation;
import io.fastwhisper.find.WordFinder;
import java.util.ArrayList;
import java.util.List;

/**
 * A job's sources and videos: which there are, in which order, which of them can be used, and what
 * format their film has. A video has its number once the sources before its own are resolved.
 *
 * <p>A pure state of one {@link Job}; not thread-safe.
 */
final class SourceStage {
  private final JobState state;
  private final SegmentPlan plan;
  private final WordFinder finder;
  private final SegmentStage segments;
  private final FilmStage film;
  private final JobSources sources;
  private boolean settled;

  SourceStage(
      JobState state, SegmentPlan plan, WordFinder finder, SegmentStage segments, FilmStage film) {
    this.state = state;
    this.plan = plan;
    this.finder = finder;
    this.segments = segments;
    this.film = film;
    this.sources = new JobSources(state.request().sources().size());
  }

  /** True once it is known how many videos there are. */
  boolean allNumbered() {
    return sources.allNumbered();
  }

  List<Effect> start() {
    return state.request().sources().stream().map(this::resolve).toList();
  }

  private Effect resolve(Source source) {
    return new Effect.Send(
        new ResolveSource(state.id(), source, state.tries().attempt(key(source.number()))));
  }

  private Object key(int source) {
    return PieceOfWork.source(state.id(), source);
  }

  List<Effect> on(SourceResolved event, long nowMs) {
    return awaited(event.source(), event.attempt())
        ? settle(event.source(), event.videos(), nowMs)
        : List.of();
  }

  List<Effect> on(SourceFailed event, long nowMs) {
    if (!awaited(event.source(), event.attempt())) {
      return List.of();
    }
    Source source = state.request().sources().get(event.source());
    List<Effect> again =
        state.tries().failed(key(event.source()), event.failure(), () -> resolve(source));
    if (!again.isEmpty()) {
      return again;
    }
    state.report().failed(event.source(), event.failure());
    return settle(event.source(), List.of(), nowMs);
  }

  private boolean awaited(int source, int attempt) {
    return !state.ended()
        && !sources.settled(source)
        && state.tries().attempt(key(source)) == attempt;
  }

  private List<Effect> settle(int source, List<VideoLocation> locations, long nowMs) {
    List<Effect> effects = new ArrayList<>();
    List<JobVideo> videos = state.videos();
    for (JobSources.Numbered next : sources.settle(source, locations)) {
      JobVideo video =
          new JobVideo(new VideoId(state.id(), videos.size()), next.source(), next.location());
      videos.add(video);
      effects.add(open(video));
    }
    if (sources.allNumbered()) {
      effects.add(new Effect.Send(new CountVideos(state.id(), videos.size())));
    }
    effects.addAll(videosSettled(nowMs));
    return effects;
  }

  private Effect open(JobVideo video) {
    return new Effect.Send(
        new OpenVideo(
            video.id(),
            video.location(),
            state.folder().video(video.id()),
            state.tries().attempt(video.id())));
  }

  List<Effect> on(VideoOpened event, long nowMs) {
    Video opened = event.video();
    JobVideo video = awaited(opened.id(), event.attempt());
    if (video == null) {
      return List.of();
    }
    if (opened.facts().sound() == null) {
      return give(
          video,
          Failure.permanent(
              "it has no sound", opened.location(), "Only what is heard can be found."),
          nowMs);
    }
    if (opened.durationMs() <= 0) {
      return give(
          video,
          Failure.permanent("it has no length", opened.location(), "The file may be damaged."),
          nowMs);
    }
    video.open(
        opened, plan.divide(opened.id(), opened.durationMs()), finder, state.request().options());
    state.report().transcribing(nowMs);
    List<Effect> effects = new ArrayList<>();
    effects.add(new Effect.Keep(new KeepVideo(opened)));
    effects.add(new Effect.Tell(event));
    effects.add(new Effect.Send(new TakeTickets(opened.id(), video.segments().size())));
    effects.addAll(segments.begin(video));
    effects.addAll(videosSettled(nowMs));
    return effects;
  }

  List<Effect> on(VideoFailed event, long nowMs) {
    JobVideo video = awaited(event.video(), event.attempt());
    if (video == null) {
      return List.of();
    }
    List<Effect> again = state.tries().failed(event.video(), event.failure(), () -> open(video));
    return again.isEmpty() ? give(video, event.failure(), nowMs) : again;
  }

  /** The video, if it is still to be opened, by this try; else null. */
  private JobVideo awaited(VideoId id, int attempt) {
    JobVideo video = state.video(id.video());
    boolean awaited =
        !state.ended()
            && video != null
            && !video.settled()
            && state.wanted(id.segment(0))
            && state.tries().attempt(id) == attempt;
    return awaited ? video : null;
  }

  /** Gives a video up. */
  private List<Effect> give(JobVideo video, Failure failure, long nowMs) {
    state.report().failed(video.source(), failure);
    video.fail();
    List<Effect> effects = new ArrayList<>();
    effects.add(new Effect.Send(new TakeTickets(video.id(), 0)));
    effects.addAll(videosSettled(nowMs));
    return effects;
  }

  /** Once it is known which videos there are, the film has a format. */
  private List<Effect> videosSettled(long nowMs) {
    if (settled || !sources.allNumbered() || !state.videos().stream().allMatch(JobVideo::settled)) {
      return List.of();
    }
    settled = true;
    List<JobVideo> usable = state.videos().stream().filter(JobVideo::usable).toList();
    if (usable.isEmpty()) {
      state.report().failed("No source could be used", nowMs);
      return state.end();
    }
    return film.formatKnown(
        FilmFormatChoice.of(usable.stream().map(video -> video.video().facts()).toList()));
  }
}
