package io.fastwhisper.job;

import io.fastwhisper.bus.Command.CloseLedger;
import io.fastwhisper.bus.Command.CloseTicket;
import io.fastwhisper.bus.Command.CountVideos;
import io.fastwhisper.bus.Command.CutClip;
import io.fastwhisper.bus.Command.FetchSegment;
import io.fastwhisper.bus.Command.FilmPart;
import io.fastwhisper.bus.Command.JoinFilm;
import io.fastwhisper.bus.Command.OpenLedger;
import io.fastwhisper.bus.Command.OpenTicket;
import io.fastwhisper.bus.Command.OpenVideo;
import io.fastwhisper.bus.Command.ResolveSource;
import io.fastwhisper.bus.Command.TakeTickets;
import io.fastwhisper.bus.Event.ClipCut;
import io.fastwhisper.bus.Event.ClipFailed;
import io.fastwhisper.bus.Event.CompilationFailed;
import io.fastwhisper.bus.Event.CompilationReady;
import io.fastwhisper.bus.Event.FetchFailed;
import io.fastwhisper.bus.Event.PrefixGrown;
import io.fastwhisper.bus.Event.SegmentFetched;
import io.fastwhisper.bus.Event.SegmentHeard;
import io.fastwhisper.bus.Event.SegmentTranscribed;
import io.fastwhisper.bus.Event.SourceFailed;
import io.fastwhisper.bus.Event.SourceResolved;
import io.fastwhisper.bus.Event.VideoFailed;
import io.fastwhisper.bus.Event.VideoOpened;
import io.fastwhisper.cut.ClipPlanner;
import io.fastwhisper.domain.Clip;
import io.fastwhisper.domain.ClipId;
import io.fastwhisper.domain.CutFile;
import io.fastwhisper.domain.Failure;
import io.fastwhisper.domain.FilmFormat;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.JobRequest;
import io.fastwhisper.domain.JobSnapshot;
import io.fastwhisper.domain.Segment;
import io.fastwhisper.domain.SegmentId;
import io.fastwhisper.domain.Source;
import io.fastwhisper.domain.Video;
import io.fastwhisper.domain.VideoId;
import io.fastwhisper.domain.VideoLocation;
import io.fastwhisper.find.WordFinder;
import io.fastwhisper.job.JobVideo.SegmentState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Decides what one job does next: an event comes in, effects go out. Events may come in any order
 * and twice; what comes too late is ignored.
 *
 * <p>The stages overlap. A video has its number once the sources before its own are resolved; a
 * segment is transcribed as soon as it is fetched, a clip cut as soon as nothing can change it any
 * more and all videos are opened, for their format decides the film's.
 *
 * <p>What is lost when something fails, after its tries:
 *
 * <table>
 *   <caption>Failures</caption>
 *   <tr><td>a source cannot be resolved</td><td>the source; the others go on</td></tr>
 *   <tr><td>a video cannot be opened, or is silent film</td><td>the video</td></tr>
 *   <tr><td>a segment cannot be fetched or transcribed, or killed two lanes</td><td>the segment's words; its neighbours keep what they heard
 *       of the stretch that they share with it</td></tr>
 *   <tr><td>a clip cannot be cut</td><td>the clip; the film closes up</td></tr>
 *   <tr><td>no source usable, nothing transcribed, no clip cut, or not joined</td><td>the job: it ends with an error</td></tr>
 *   <tr><td>nothing found</td><td>nothing: the job is finished, without a film</td></tr>
 * </table>
 *
 * Each of them is a {@link Failure} of the job's report.
 *
 * <p>A pure state: every method takes the time, milliseconds since the epoch, where it needs it.
 * Not thread-safe. One file of this length, for it is one decision: which effects follow from which
 * event; what it keeps count of lies in the classes beside it.
 */
final class Job {
  /**
   * What does not depend on the user's wishes.
   *
   * @param plan how videos are divided
   * @param tries of each piece of work
   * @param retryPauseMs before the second try; it doubles before each further one
   */
  record Settings(SegmentPlan plan, int tries, long retryPauseMs) {}

  private final JobId id;
  private final JobRequest request;
  private final WordFinder finder;
  private final JobFolder folder;
  private final Path filmFile;
  private final Settings settings;
  private final Tries tries;
  private final JobReport report;

  private final JobSources sources;
  private final List<JobVideo> videos = new ArrayList<>();
  private final JobClips clips = new JobClips();
  private FilmFormat format;

  /** Nothing at or behind this place is wanted; null while everything is. */
  private ClipId calledOffFrom;

  private boolean joining;
  private boolean ended;

  Job(
      JobId id,
      JobRequest request,
      WordFinder finder,
      JobFolder folder,
      Path filmFile,
      Settings settings,
      long nowMs) {
    this.id = id;
    this.request = request;
    this.finder = finder;
    this.folder = folder;
    this.filmFile = filmFile;
    this.settings = settings;
    this.tries = new Tries(settings.tries(), settings.retryPauseMs());
    this.report = new JobReport(id, nowMs);
    this.sources = new JobSources(request.sources().size());
  }

  JobId id() {
    return id;
  }

  JobRequest request() {
    return request;
  }

  boolean ended() {
    return ended;
  }

  JobSnapshot snapshot(long nowMs) {
    return report.snapshot(videos, sources.allNumbered(), clips, joining, nowMs);
  }

  Segment segment(SegmentId segment) {
    return videos.get(segment.video()).segments().get(segment.segment());
  }

  Path pcmFile(SegmentId segment) {
    return folder.pcm(segment);
  }

  List<Effect> start(long nowMs) {
    report.started(nowMs);
    List<Effect> effects = new ArrayList<>();
    effects.add(new Effect.Send(new OpenLedger(id, request.options().maxLengthMs())));
    request
        .sources()
        .forEach(source -> effects.add(new Effect.Send(new ResolveSource(id, source))));
    return effects;
  }

  /** What had to be done later is due. */
  List<Effect> due(Effect effect) {
    return ended || !wanted(effect) ? List.of() : List.of(effect);
  }

  List<Effect> cancel(long nowMs) {
    if (ended) {
      return List.of();
    }
    List<Effect> effects = new ArrayList<>(callOff(new ClipId(id, 0, 0, 0)));
    report.cancelled(nowMs);
    effects.addAll(end());
    return effects;
  }

  /** The job cannot go on. */
  List<Effect> fail(Failure failure, long nowMs) {
    if (ended) {
      return List.of();
    }
    List<Effect> effects = new ArrayList<>(callOff(new ClipId(id, 0, 0, 0)));
    report.failed(failure);
    report.failed(failure.what(), nowMs);
    effects.addAll(end());
    return effects;
  }

  // ---- sources and videos

  List<Effect> on(SourceResolved event, long nowMs) {
    return ended || sources.settled(event.source())
        ? List.of()
        : settle(event.source(), event.videos(), nowMs);
  }

  List<Effect> on(SourceFailed event, long nowMs) {
    if (ended || sources.settled(event.source())) {
      return List.of();
    }
    Source source = request.sources().get(event.source());
    List<Effect> again =
        tries.failed(source, event.failure(), new Effect.Send(new ResolveSource(id, source)));
    if (!again.isEmpty()) {
      return again;
    }
    report.failed(event.failure());
    return settle(event.source(), List.of(), nowMs);
  }

  private List<Effect> settle(int source, List<VideoLocation> locations, long nowMs) {
    List<Effect> effects = new ArrayList<>();
    for (VideoLocation location : sources.settle(source, locations)) {
      JobVideo video = new JobVideo(new VideoId(id, videos.size()), location);
      videos.add(video);
      effects.add(open(video));
    }
    if (sources.allNumbered()) {
      effects.add(new Effect.Send(new CountVideos(id, videos.size())));
    }
    effects.addAll(videosSettled(nowMs));
    return effects;
  }

  private Effect open(JobVideo video) {
    return new Effect.Send(new OpenVideo(video.id(), video.location(), folder.video(video.id())));
  }

  List<Effect> on(VideoOpened event, long nowMs) {
    Video opened = event.video();
    JobVideo video = video(opened.id().video());
    if (ended || video == null || video.settled() || !wanted(opened.id().segment(0))) {
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
        opened,
        settings.plan().divide(opened.id(), opened.durationMs()),
        finder,
        request.options());
    report.transcribing(nowMs);
    List<Effect> effects = new ArrayList<>();
    effects.add(new Effect.Tell(event));
    effects.add(new Effect.Send(new TakeTickets(opened.id(), video.segments().size())));
    video.segments().forEach(segment -> effects.add(fetch(video, segment)));
    effects.addAll(videosSettled(nowMs));
    return effects;
  }

  List<Effect> on(VideoFailed event, long nowMs) {
    JobVideo video = video(event.video().video());
    if (ended || video == null || video.settled() || !wanted(event.video().segment(0))) {
      return List.of();
    }
    List<Effect> again = tries.failed(event.video(), event.failure(), open(video));
    return again.isEmpty() ? give(video, event.failure(), nowMs) : again;
  }

  /** Gives a video up. */
  private List<Effect> give(JobVideo video, Failure failure, long nowMs) {
    report.failed(failure);
    video.fail();
    List<Effect> effects = new ArrayList<>();
    effects.add(new Effect.Send(new TakeTickets(video.id(), 0)));
    effects.addAll(videosSettled(nowMs));
    return effects;
  }

  /**
   * Once it is known which videos there are, the film has a format, and the clips that waited for
   * it are cut.
   */
  private List<Effect> videosSettled(long nowMs) {
    if (format != null || !sources.allNumbered() || !videos.stream().allMatch(JobVideo::settled)) {
      return List.of();
    }
    List<JobVideo> usable = videos.stream().filter(JobVideo::usable).toList();
    if (usable.isEmpty()) {
      report.failed("No source could be used", nowMs);
      return end();
    }
    format = FilmFormatChoice.of(usable.stream().map(video -> video.video().facts()).toList());
    return clips.planned().stream().map(this::cut).toList();
  }

  // ---- segments

  private Effect fetch(JobVideo video, Segment segment) {
    return new Effect.Send(new FetchSegment(segment, video.video(), folder.pcm(segment.id())));
  }

  List<Effect> on(SegmentFetched event) {
    if (!in(event.segment(), SegmentState.FETCHING)) {
      return List.of();
    }
    move(event.segment(), SegmentState.WAITING);
    return List.of(new Effect.Offer(event.segment()));
  }

  List<Effect> on(FetchFailed event) {
    if (!in(event.segment(), SegmentState.FETCHING)) {
      return List.of();
    }
    JobVideo video = video(event.segment().video());
    Effect fetch = fetch(video, segment(event.segment()));
    List<Effect> again = tries.failed(List.of("fetch", event.segment()), event.failure(), fetch);
    return again.isEmpty() ? give(event.segment(), event.failure()) : again;
  }

  /** A device has the segment. */
  void lent(SegmentId segment) {
    if (in(segment, SegmentState.WAITING)) {
      move(segment, SegmentState.LENT);
    }
  }

  /** The segment waits for a device again. */
  void returned(SegmentId segment) {
    if (in(segment, SegmentState.LENT)) {
      move(segment, SegmentState.WAITING);
    }
  }

  List<Effect> on(SegmentTranscribed event) {
    SegmentId segment = event.segment();
    if (!in(segment, SegmentState.WAITING) && !in(segment, SegmentState.LENT)) {
      return List.of();
    }
    report.transcribed(event.elapsedMs());
    List<Effect> effects = new ArrayList<>();
    effects.add(new Effect.Delete(folder.pcm(segment)));
    effects.add(
        new Effect.Tell(
            new SegmentHeard(segment(segment), event.transcript(), event.endBorderMs())));
    effects.addAll(
        settled(
            video(segment.video())
                .transcribed(segment.segment(), event.transcript(), event.endBorderMs())));
    return effects;
  }

  /** The segment has come back from its devices without a transcript. */
  List<Effect> transcriptionFailed(SegmentId segment, Failure failure) {
    if (!in(segment, SegmentState.WAITING) && !in(segment, SegmentState.LENT)) {
      return List.of();
    }
    move(segment, SegmentState.WAITING);
    List<Effect> again =
        tries.failed(List.of("transcribe", segment), failure, new Effect.Offer(segment));
    return again.isEmpty() ? give(segment, failure) : again;
  }

  private List<Effect> give(SegmentId segment, Failure failure) {
    report.failed(failure);
    List<Effect> effects = new ArrayList<>();
    effects.add(new Effect.Delete(folder.pcm(segment)));
    effects.addAll(settled(video(segment.video()).segmentFailed(segment.segment())));
    return effects;
  }

  // ---- clips

  private List<Effect> settled(ClipPlanner.Settled settled) {
    List<Effect> effects = new ArrayList<>();
    for (Clip clip : settled.clips()) {
      clips.plan(clip);
      if (format != null) {
        effects.add(cut(clip));
      }
    }
    settled
        .clipsOfSegment()
        .forEach((segment, count) -> effects.add(new Effect.Send(new OpenTicket(segment, count))));
    return effects;
  }

  private Effect cut(Clip clip) {
    Video video = videos.get(clip.id().video()).video();
    return new Effect.Send(new CutClip(clip, video, format, folder.clip(clip.id())));
  }

  List<Effect> on(ClipCut event) {
    CutFile file = event.clip();
    if (!open(file.id())) {
      return List.of();
    }
    clips.cut(file.id());
    return List.of(new Effect.Send(new CloseTicket(file.id(), file)));
  }

  List<Effect> on(ClipFailed event) {
    if (!open(event.clip())) {
      return List.of();
    }
    List<Effect> again = tries.failed(event.clip(), event.failure(), cut(clips.get(event.clip())));
    if (!again.isEmpty()) {
      return again;
    }
    report.failed(event.failure());
    clips.fail(event.clip());
    return List.of(new Effect.Send(new CloseTicket(event.clip(), null)));
  }

  private boolean open(ClipId clip) {
    return !ended && wanted(clip) && clips.get(clip) != null && !clips.settled(clip);
  }

  // ---- the film

  List<Effect> on(PrefixGrown event, long nowMs) {
    if (ended || joining) {
      return List.of();
    }
    event.added().forEach(clips::append);
    if (!event.complete()) {
      return List.of();
    }
    List<Effect> effects = new ArrayList<>();
    if (event.maxLengthReached()) {
      ClipId last = clips.files().get(clips.files().size() - 1).id();
      effects.addAll(callOff(last.segmentId().clip(last.clip() + 1)));
      report.endedEarly();
    }
    if (!clips.files().isEmpty()) {
      joining = true;
      effects.add(join());
    } else if (clips.total() > 0) {
      report.failed("None of the clips could be cut", nowMs);
      effects.addAll(end());
    } else if (videos.stream().allMatch(video -> video.count(SegmentState.TRANSCRIBED) == 0)) {
      report.failed("Nothing could be transcribed", nowMs);
      effects.addAll(end());
    } else {
      report.completed("No target words found in any video", null, nowMs);
      effects.addAll(end());
    }
    return effects;
  }

  private Effect join() {
    List<FilmPart> parts = new ArrayList<>();
    for (CutFile file : clips.files()) {
      parts.add(new FilmPart(clips.get(file.id()), file, videos.get(file.id().video()).title()));
    }
    return new Effect.Send(new JoinFilm(id, parts, format, filmFile));
  }

  List<Effect> on(CompilationReady event, long nowMs) {
    if (ended || !joining) {
      return List.of();
    }
    clips.joined(event.clips(), event.lengthMs());
    report.completed("", event.film(), nowMs);
    return end();
  }

  List<Effect> on(CompilationFailed event, long nowMs) {
    if (ended || !joining) {
      return List.of();
    }
    List<Effect> again = tries.failed("join", event.failure(), join());
    if (!again.isEmpty()) {
      return again;
    }
    report.failed(event.failure());
    report.failed("Failed to create compilation video", nowMs);
    return end();
  }

  // ---- ends

  private List<Effect> callOff(ClipId from) {
    calledOffFrom = from;
    return List.of(new Effect.CallOff(from));
  }

  private List<Effect> end() {
    ended = true;
    return List.of(new Effect.Send(new CloseLedger(id)), new Effect.End());
  }

  private boolean wanted(ClipId clip) {
    return calledOffFrom == null || clip.compareTo(calledOffFrom) < 0;
  }

  private boolean wanted(SegmentId segment) {
    return wanted(segment.clip(0));
  }

  private boolean wanted(Effect effect) {
    if (effect instanceof Effect.Offer offer) {
      return wanted(offer.segment());
    }
    if (effect instanceof Effect.Send send) {
      return Place.of(send.command()).map(this::wanted).orElse(true);
    }
    return true;
  }

  private boolean in(SegmentId segment, SegmentState state) {
    JobVideo video = video(segment.video());
    return !ended
        && video != null
        && wanted(segment)
        && video.segmentState(segment.segment()) == state;
  }

  private void move(SegmentId segment, SegmentState to) {
    videos.get(segment.video()).move(segment.segment(), to);
  }

  private JobVideo video(int number) {
    return number < videos.size() ? videos.get(number) : null;
  }
}
