package io.fastwhisper.media;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Runs ffmpeg and ffprobe, never by way of a shell. A child ends with its work, on control, when it
 * makes no progress or takes too long, and with this process: by a hook at an orderly end, by the
 * kernel at any other where {@code setpriv} is there.
 */
final class ChildProcesses implements AutoCloseable {
  /** Longest answer of ffprobe that is taken; a thousand tracks with their tags stay below. */
  static final int MAX_ANSWER_BYTES = 16 * 1024 * 1024;

  private static final Duration WATCH_INTERVAL = Duration.ofMillis(200);

  private final Ffmpeg ffmpeg;
  private final MediaLimits limits;
  private final Path folder;
  private final AtomicLong parts = new AtomicLong();
  private final Set<ChildRun> running = ConcurrentHashMap.newKeySet();
  private final ExecutorService readers =
      Executors.newCachedThreadPool(daemonThreads("fastwhisper-media-stderr"));
  private final ScheduledExecutorService watch =
      Executors.newSingleThreadScheduledExecutor(daemonThreads("fastwhisper-media-watch"));

  /** Null where children end by {@link #close} alone. */
  private final Thread hook;

  /**
   * Makes ffmpeg ready.
   *
   * @param parent of the folder that is made for this room
   * @param atExit whether all children end when this process is told to; else they go on until
   *     {@link #close}
   */
  ChildProcesses(MediaLimits limits, Path parent, boolean atExit) throws MediaException {
    this.limits = limits;
    try {
      folder = Files.createTempDirectory(parent, "fastwhisper-media-");
    } catch (IOException e) {
      throw MediaException.permanent(
          "no temporary folder: " + e.getMessage(), parent, "Make room there.");
    }
    hook = atExit ? new Thread(this::killAll, "fastwhisper-media-end") : null;
    if (atExit) {
      Runtime.getRuntime().addShutdownHook(hook);
    }
    try {
      ffmpeg = Ffmpeg.bundled(limits.memoryBytes(), folder);
    } catch (MediaException e) {
      close();
      throw e;
    }
  }

  Ffmpeg ffmpeg() {
    return ffmpeg;
  }

  /**
   * Every child's current folder: what is put there can be named in a filter without any escaping.
   * Goes with {@link #close}.
   */
  Path folder() {
    return folder;
  }

  /**
   * Runs ffmpeg until it has written a file, which then appears under its name.
   *
   * @param where whom a failure is about
   * @param arguments all but the output file
   * @param output the file; replaced where it was there
   * @return what it said last about its progress
   */
  FfmpegProgress write(String where, List<String> arguments, Path output, WorkControl control)
      throws MediaException {
    Path target = output.toAbsolutePath();
    // A name of its own: what is left of an earlier try removes its own file and no other.
    Path part =
        target.resolveSibling(target.getFileName() + "." + parts.incrementAndGet() + ".part");
    List<String> command = new ArrayList<>();
    command.add(ffmpeg.ffmpeg().toString());
    command.addAll(List.of("-hide_banner", "-nostdin", "-y", "-loglevel", "error"));
    command.addAll(List.of("-nostats", "-stats_period", "0.5", "-progress", "pipe:1"));
    command.addAll(arguments);
    command.add(localUrl(part));
    FfmpegProgress progress = new FfmpegProgress();
    try {
      run(where, command, part, limits.wallClock(), progress, control);
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      return progress;
    } catch (IOException e) {
      throw MediaException.passing("cannot be written: " + e.getMessage(), target);
    } finally {
      deleteQuietly(part);
    }
  }

  /** Runs ffprobe; whatever it says counts as progress. */
  void ask(String where, List<String> arguments, Output output, WorkControl control)
      throws MediaException {
    List<String> command = new ArrayList<>();
    command.add(ffmpeg.ffprobe().toString());
    command.addAll(List.of("-hide_banner", "-loglevel", "error"));
    command.addAll(arguments);
    run(where, command, null, limits.wallClock(), output, control);
  }

  /** A plain file as ffmpeg's URL: whatever the name looks like, it stays the name of a file. */
  static String localUrl(Path file) {
    return "file:" + file.toAbsolutePath();
  }

  /** Takes a child's standard output, chunk by chunk, on the thread that runs it. */
  interface Output {
    /** Says whether the chunk shows progress. */
    boolean take(byte[] chunk, int length);
  }

  private void run(
      String where,
      List<String> command,
      Path part,
      Duration wallClock,
      Output output,
      WorkControl control)
      throws MediaException {
    List<String> whole = new ArrayList<>(ffmpeg.launcher());
    whole.addAll(command);
    ProcessBuilder builder = new ProcessBuilder(whole).directory(folder.toFile());
    ffmpeg.prepare(builder);
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      throw MediaException.passing("ffmpeg cannot be started: " + e.getMessage(), where);
    }
    ChildRun child = new ChildRun(process, part, limits.stall(), wallClock);
    running.add(child);
    control.moved();
    Complaint complaint = new Complaint();
    Future<?> stderr = readers.submit(() -> complaint.readAll(process.getErrorStream()));
    ScheduledFuture<?> watching =
        watch.scheduleWithFixedDelay(
            child::check,
            WATCH_INTERVAL.toMillis(),
            WATCH_INTERVAL.toMillis(),
            TimeUnit.MILLISECONDS);
    try {
      control.whenCancelled(() -> child.kill(ChildRun.End.CANCELLED));
      read(process, output, child, control);
      int exit = process.waitFor();
      stderr.get();
      judge(where, child, exit, complaint, wallClock);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw MediaException.passing("interrupted", where);
    } catch (ExecutionException e) {
      throw new IllegalStateException("reading a child's errors", e.getCause());
    } finally {
      watching.cancel(false);
      child.kill(ChildRun.End.CANCELLED);
      running.remove(child);
    }
  }

  private static void read(Process process, Output output, ChildRun child, WorkControl control) {
    byte[] chunk = new byte[64 * 1_024];
    try (InputStream stdout = process.getInputStream()) {
      process.getOutputStream().close();
      for (int n = stdout.read(chunk); n >= 0; n = stdout.read(chunk)) {
        if (output.take(chunk, n)) {
          child.moved();
          control.moved();
        }
      }
    } catch (IOException e) {
      // The pipe of a child that is killed may break; how it ended is judged by its exit.
      child.kill(ChildRun.End.BROKEN_PIPE);
    }
  }

  private void judge(
      String where, ChildRun child, int exit, Complaint complaint, Duration wallClock)
      throws MediaException {
    switch (child.end()) {
      case CANCELLED -> throw MediaException.passing("cancelled", where);
      case STALLED ->
          throw MediaException.passing(
              "no progress for " + limits.stall().toSeconds() + " s", where);
      case TOO_LONG ->
          throw MediaException.permanent(
              "took longer than " + wallClock.toSeconds() + " s", where, "");
      case BROKEN_PIPE -> throw MediaException.passing("the child's output broke off", where);
      case ITS_OWN -> {
        if (exit != 0) {
          throw new MediaException(complaint.failure(exit, where));
        }
      }
    }
  }

  private void killAll() {
    for (ChildRun child : running) {
      child.kill(ChildRun.End.CANCELLED);
    }
    for (ChildRun child : running) {
      child.waitAndClean();
    }
    try (var left = Files.list(folder)) {
      left.forEach(ChildProcesses::deleteQuietly);
    } catch (IOException e) {
      return;
    }
    deleteQuietly(folder);
  }

  @Override
  public void close() {
    try {
      if (hook != null) {
        Runtime.getRuntime().removeShutdownHook(hook);
      }
    } catch (IllegalStateException e) {
      // The process is ending: the hook does it.
      return;
    }
    killAll();
    watch.shutdownNow();
    readers.shutdown();
  }

  static void deleteQuietly(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // Clean-up after the work: the work's own outcome is what counts.
      file.toFile().deleteOnExit();
    }
  }

  static ThreadFactory daemonThreads(String name) {
    AtomicInteger number = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }
}
