package io.fastwhisper.job;

import io.fastwhisper.bus.Command.CloseTicket;
import io.fastwhisper.bus.Command.CutClip;
import io.fastwhisper.bus.Command.FilmPart;
import io.fastwhisper.bus.Command.JoinFilm;
import io.fastwhisper.bus.Command.OpenTicket;
import io.fastwhisper.bus.Event.ClipCut;
import io.fastwhisper.bus.Event.ClipFailed;
import io.fastwhisper.bus.Event.CompilationFailed;
import io.fastwhisper.bus.Event.CompilationReady;
import io.fastwhisper.bus.Event.PrefixGrown;
import io.fastwhisper.cut.ClipPlanner;
import io.fastwhisper.domain.Clip;
import io.fastwhisper.domain.ClipId;
import io.fastwhisper.domain.CutFile;
import io.fastwhisper.domain.FilmFormat;
import io.fastwhisper.domain.JobFailure;
import io.fastwhisper.domain.Video;
import io.fastwhisper.job.JobVideo.SegmentState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A job's clips and its film. A clip is cut as soon as nothing can change it any more and the
 * film's format is known; the film is joined when its row of clips is complete.
 *
 * <p>A pure state of one {@link Job}; not thread-safe.
 */
final class FilmStage {
  private final JobState state;
  private final Path filmFile;
  private final JobClips clips = new JobClips();
  private FilmFormat format;
  private boolean joining;

  FilmStage(JobState state, Path filmFile) {
    this.state = state;
    this.filmFile = filmFile;
  }

  JobClips clips() {
    return clips;
  }

  boolean joining() {
    return joining;
  }

  /** The clips that waited for the format are cut. */
  List<Effect> formatKnown(FilmFormat known) {
    format = known;
    return clips.planned().stream().map(this::cut).toList();
  }

  /** Takes the clips that nothing can change any more, and opens the tickets of their segments. */
  List<Effect> plan(ClipPlanner.Settled settled) {
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
    Video video = state.videos().get(clip.id().video()).video();
    return new Effect.Send(
        new CutClip(
            clip, video, format, state.folder().clip(clip.id()), state.tries().attempt(clip.id())));
  }

  List<Effect> on(ClipCut event) {
    CutFile file = event.clip();
    if (!open(file.id(), event.attempt())) {
      return List.of();
    }
    clips.cut(file);
    return List.of(new Effect.Send(new CloseTicket(file.id(), file)));
  }

  List<Effect> on(ClipFailed event) {
    if (!open(event.clip(), event.attempt())) {
      return List.of();
    }
    List<Effect> again =
        state.tries().failed(event.clip(), event.failure(), () -> cut(clips.get(event.clip())));
    if (!again.isEmpty()) {
      return again;
    }
    state.report().failed(state.video(event.clip().video()).source(), event.failure());
    clips.fail(event.clip());
    return List.of(new Effect.Send(new CloseTicket(event.clip(), null)));
  }

  /** True while the clip waits for its cut by this try. */
  private boolean open(ClipId clip, int attempt) {
    return !state.ended()
        && state.wanted(clip)
        && clips.get(clip) != null
        && !clips.settled(clip)
        && state.tries().attempt(clip) == attempt;
  }

  List<Effect> on(PrefixGrown event, long nowMs) {
    if (state.ended() || joining) {
      return List.of();
    }
    event.added().forEach(clips::append);
    if (!event.complete()) {
      return List.of();
    }
    List<Effect> effects = new ArrayList<>();
    if (event.maxLengthReached()) {
      ClipId last = clips.files().get(clips.files().size() - 1).id();
      effects.addAll(state.callOff(last.segmentId().clip(last.clip() + 1)));
      state.report().endedEarly();
    }
    if (clips.files().isEmpty()) {
      effects.addAll(endWithoutFilm(nowMs));
    } else {
      joining = true;
      effects.add(join());
    }
    return effects;
  }

  private List<Effect> endWithoutFilm(long nowMs) {
    boolean nothingTranscribed =
        state.videos().stream().allMatch(video -> video.count(SegmentState.TRANSCRIBED) == 0);
    if (clips.total() > 0) {
      state.report().failed("None of the clips could be cut", nowMs);
    } else if (nothingTranscribed) {
      state.report().failed("Nothing could be transcribed", nowMs);
    } else {
      state.report().completed("No target words found in any video", null, nowMs);
    }
    return state.end();
  }

  private Effect join() {
    List<FilmPart> parts = new ArrayList<>();
    for (CutFile file : clips.files()) {
      String title = state.videos().get(file.id().video()).title();
      parts.add(new FilmPart(clips.get(file.id()), file, title));
    }
    return new Effect.Send(
        new JoinFilm(state.id(), parts, format, filmFile, state.tries().attempt(state.id())));
  }

  private boolean joining(int attempt) {
    return !state.ended() && joining && state.tries().attempt(state.id()) == attempt;
  }

  List<Effect> on(CompilationReady event, long nowMs) {
    if (!joining(event.attempt())) {
      return List.of();
    }
    clips.joined(event.clips(), event.lengthMs());
    state.report().completed("", event.film(), nowMs);
    return state.end();
  }

  List<Effect> on(CompilationFailed event, long nowMs) {
    if (!joining(event.attempt())) {
      return List.of();
    }
    List<Effect> again = state.tries().failed(state.id(), event.failure(), this::join);
    if (!again.isEmpty()) {
      return again;
    }
    state.report().failed(JobFailure.WHOLE_JOB, event.failure());
    state.report().failed("Failed to create compilation video", nowMs);
    return state.end();
  }
}
