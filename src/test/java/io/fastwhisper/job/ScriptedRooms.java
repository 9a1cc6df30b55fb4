package io.fastwhisper.job;

import io.fastwhisper.bus.Addresses;
import io.fastwhisper.bus.Command;
import io.fastwhisper.bus.Consumers;
import io.fastwhisper.bus.Event;
import io.fastwhisper.bus.Message;
import io.fastwhisper.domain.Cue;
import io.fastwhisper.domain.CutFile;
import io.fastwhisper.domain.FilmClip;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.MediaFacts;
import io.fastwhisper.domain.MediaFacts.Picture;
import io.fastwhisper.domain.MediaFacts.Sound;
import io.fastwhisper.domain.Segment;
import io.fastwhisper.domain.TimeRange;
import io.fastwhisper.domain.Transcript;
import io.fastwhisper.domain.Video;
import io.fastwhisper.domain.VideoLocation;
import io.fastwhisper.domain.Word;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;

/**
 * All rooms of the pipeline but the coordinator and the ordering, played by one verticle on the
 * real bus: a source "talk*3" is a talk of three segments in which "freedom" is said once in each.
 * A test may step in before any answer.
 */
final class ScriptedRooms extends VerticleBase {
  static final String DEVICE = "cpu";
  static final SegmentPlan PLAN = new SegmentPlan(20_000, 4_000);

  static final String WORKER = "scripted";
  private static final MediaFacts FACTS =
      new MediaFacts(1, 0, new Picture(640, 360, 25, 1, "h264"), new Sound(44_100, 2, "aac"));

  /** Everything that was asked for, in the order it came. */
  final List<Command> asked = Collections.synchronizedList(new ArrayList<>());

  private final int places;
  private final Function<Command, Future<Event>> steps;

  /**
   * Makes the rooms.
   *
   * @param places of the device
   * @param steps what a command is answered with; null for the usual answer, a future that never
   *     completes for none
   */
  ScriptedRooms(int places, Function<Command, Future<Event>> steps) {
    this.places = places;
    this.steps = steps;
  }

  @Override
  public Future<?> start() {
    List<String> addresses =
        List.of(
            Addresses.SOURCE,
            Addresses.DOWNLOAD,
            Addresses.CUT,
            Addresses.COMPILE,
            Addresses.STOP,
            Addresses.device(DEVICE));
    List<Future<Void>> listening = new ArrayList<>();
    for (String address : addresses) {
      listening.add(
          Consumers.register(vertx.eventBus(), address, Command.class, this::take).completion());
    }
    return Future.all(listening)
        .onSuccess(
            ready -> {
              send(new Event.DeviceReady(DEVICE, WORKER));
              send(new Event.PlacesFree(DEVICE, WORKER, places));
            });
  }

  private void take(Command command) {
    asked.add(command);
    Future<Event> scripted = steps.apply(command);
    if (scripted == null) {
      Event usual = usual(command);
      scripted = usual == null ? Future.future(never -> {}) : Future.succeededFuture(usual);
    }
    scripted.onSuccess(
        event -> {
          if (event instanceof Event.SegmentTranscribed
              || event instanceof Event.TranscriptionFailed) {
            send(new Event.PlacesFree(DEVICE, WORKER, 1));
          }
          send(event);
        });
  }

  /** The answer of a room that works. */
  static Event usual(Command command) {
    if (command instanceof Command.ResolveSource resolve) {
      String name = resolve.source().location();
      return new Event.SourceResolved(
          resolve.job(),
          resolve.source().number(),
          List.of(new VideoLocation("/" + name, name)),
          resolve.attempt());
    } else if (command instanceof Command.OpenVideo open) {
      return opened(open);
    } else if (command instanceof Command.FetchSegment fetch) {
      writeSound(fetch);
      return new Event.SegmentFetched(fetch.segment().id(), 16, fetch.attempt());
    } else if (command instanceof Command.TranscribeSegment transcribe) {
      return transcribed(transcribe);
    } else if (command instanceof Command.CutClip cut) {
      write(cut.clipFile(), 32);
      return new Event.ClipCut(
          new CutFile(cut.clip().id(), cut.clipFile(), cut.clip().range()), cut.attempt());
    } else if (command instanceof Command.JoinFilm join) {
      return joined(join);
    }
    return null;
  }

  private static Event opened(Command.OpenVideo open) {
    String name = open.location().title();
    int segments = Integer.parseInt(name.substring(name.indexOf('*') + 1));
    long durationMs = segments * 16_000L + 4_000;
    MediaFacts facts = new MediaFacts(durationMs, 0, FACTS.picture(), FACTS.sound());
    Path file = Path.of(open.location().location());
    return new Event.VideoOpened(
        new Video(open.video(), open.location().location(), name, file, facts), open.attempt());
  }

  /** "freedom" eight seconds after the segment's start. */
  private static Event transcribed(Command.TranscribeSegment transcribe) {
    if (!Files.exists(transcribe.pcmFile())) {
      throw new IllegalStateException("no PCM for " + transcribe.segment().id());
    }
    Segment segment = transcribe.segment();
    long startMs = segment.range().startMs() + 8_000;
    Word word = new Word("Freedom.", startMs, startMs + 400, 0.9f);
    Cue cue =
        new Cue(startMs, startMs + 400, "Freedom.", List.of(word), List.of(7), -0.1f, 1, 0, 0);
    return new Event.SegmentTranscribed(
        transcribe.lease(),
        segment.id(),
        new Transcript("en", List.of(cue)),
        segment.startZone().startMs(),
        segment.endZone().startMs(),
        5);
  }

  private static Event joined(Command.JoinFilm join) {
    write(join.film(), 100);
    List<FilmClip> clips = new ArrayList<>();
    long atMs = 0;
    for (Command.FilmPart part : join.parts()) {
      if (!Files.exists(part.file().file())) {
        throw new IllegalStateException("no file for clip " + part.clip().id());
      }
      clips.add(new FilmClip(part.clip(), new TimeRange(atMs, atMs + part.file().lengthMs())));
      atMs += part.file().lengthMs();
    }
    return new Event.CompilationReady(join.job(), join.film(), atMs, clips, join.attempt());
  }

  /** Every stretch of every talk sounds different, and the same in every job. */
  private static void writeSound(Command.FetchSegment fetch) {
    String sound = fetch.video().title() + " " + fetch.segment().range();
    try {
      Files.write(fetch.pcmFile(), sound.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void write(Path file, int bytes) {
    try {
      Files.write(file, new byte[bytes]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void send(Event event) {
    vertx.eventBus().send(Addresses.EVENTS, (Message) event);
  }

  <C extends Command> List<C> asked(Class<C> kind) {
    synchronized (asked) {
      return asked.stream().filter(kind::isInstance).map(kind::cast).toList();
    }
  }

  static JobId job(int number) {
    return new JobId(String.format("%032x", number));
  }
}
