package io.fastwhisper.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fastwhisper.bus.Refusal;
import io.fastwhisper.bus.Reply;
import io.fastwhisper.bus.StoreCommand;
import io.fastwhisper.domain.JobId;
import io.fastwhisper.domain.Segment;
import io.fastwhisper.domain.TranscribeOptions;
import io.vertx.core.eventbus.ReplyException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Disks that fail, files that are damaged: what is said, and that nothing stored is lost. */
@Timeout(60)
class StoreFailuresTest {
  private static final JobId JOB = StoredThings.job(1);

  @TempDir Path folder;

  @Test
  void aDamagedFileStopsTheStartAndIsNotTouched() throws Exception {
    fill();
    // Behind the first page, in the middle of the rows.
    overwrite(3 * 4_096 + 8, 2_000);
    assertRefused("is damaged", false);
  }

  @Test
  void aFileThatIsNoDatabaseStopsTheStartAndIsNotTouched() throws Exception {
    Files.writeString(folder.resolve("fastwhisper.db"), "Dear diary. ".repeat(1_000));
    assertRefused("is damaged", false);
  }

  @Test
  void aStoreThatEndsTooSoonStopsTheStartAndIsNotTouched() throws Exception {
    fill();
    try (RandomAccessFile file = new RandomAccessFile(database().toFile(), "rw")) {
      file.setLength(file.length() / 2);
    }
    assertRefused("is damaged", false);
  }

  @Test
  void aStoreOfANewerVersionStopsTheStartAndIsNotTouched() throws Exception {
    fill();
    sql("PRAGMA user_version = 99");
    assertRefused("written by a newer FastWhisper (store version 99", false);
  }

  @Test
  void anotherProgramsDatabaseStopsTheStartAndIsNotTouched() throws Exception {
    sql("CREATE TABLE songs (name TEXT)");
    assertRefused("database of another program", false);
  }

  @Test
  void aSecondServerOnTheSameFolderIsRefused() throws Exception {
    RunningStore first = RunningStore.open(folder, "model");
    StoreException refused =
        assertThrows(StoreException.class, () -> RunningStore.open(folder, "model"));
    assertTrue(refused.usersToMend());
    assertTrue(
        refused.getMessage().contains("process " + ProcessHandle.current().pid()),
        refused.getMessage());
    first.ask(StoredThings.keepJob(JOB));
    first.close();
    RunningStore.open(folder, "model").close();
  }

  @Test
  void aFolderThatCannotBeWrittenIsNamed() {
    // Not even the superuser can make a file there.
    Path nowhere = Path.of("/proc/fastwhisper");
    StoreException refused =
        assertThrows(StoreException.class, () -> RunningStore.open(nowhere, "model"));
    assertTrue(refused.usersToMend());
    assertTrue(
        refused.getMessage().startsWith(nowhere + ": cannot be written"), refused::getMessage);
    assertTrue(refused.getMessage().contains("folders.data"), refused::getMessage);
  }

  @Test
  void aFolderThatCanOnlyBeReadIsNamedAndItsStoreIsNotTouched() throws Exception {
    fill();
    Path mounted = mount("--bind", folder.toString());
    try {
      assumeTrue(0 == run("mount", "-o", "remount,bind,ro", mounted.toString()));
      StoreException refused =
          assertThrows(StoreException.class, () -> RunningStore.open(mounted, "model"));
      assertTrue(refused.usersToMend());
      assertTrue(refused.getMessage().contains("Read-only"), refused.getMessage());
    } finally {
      run("umount", mounted.toString());
    }
    try (RunningStore store = RunningStore.open(folder, "model")) {
      assertNotNull(load(store, JOB));
    }
  }

  @Test
  void aFullDiskRefusesNewJobsLosesNothingAndWorksAgainWhenThereIsRoom() throws Exception {
    Path mounted = mount("-t", "tmpfs", "-o", "size=600k", "tmpfs");
    try {
      try (RunningStore store = RunningStore.open(mounted, "model")) {
        store.ask(StoredThings.keepJob(JOB));
        Path ballast = mounted.resolve("ballast");
        Files.write(ballast, new byte[100_000]);
        int kept = 1;
        ReplyException refused = null;
        while (refused == null) {
          assertTrue(kept < 1_000, "the disk does not get full");
          try {
            store.ask(StoredThings.keepJob(StoredThings.job(kept + 1)));
            kept++;
          } catch (ReplyException e) {
            refused = e;
          }
        }
        assertEquals(Refusal.NO_STORAGE, refused.failureCode(), refused.getMessage());
        assertTrue(refused.getMessage().contains("full"), refused.getMessage());
        // What is asked is still answered, and a sound still gets its name.
        assertEquals(kept, unfinished(store));
        Segment segment = StoredThings.segment(JOB, 0, 0);
        Path pcm = Files.writeString(folder.resolve("sound.f32"), "sound");
        String key = recall(store, segment, pcm).key();
        assertFalse(key.isEmpty());
        Files.delete(ballast);
        store.ask(new StoreCommand.KeepEnd(StoredThings.end(JOB)));
        store.ask(new StoreCommand.KeepSegment(key, StoredThings.heard(segment)));
        assertEquals(kept - 1, unfinished(store));
      }
      try (RunningStore store = RunningStore.open(mounted, "model")) {
        assertEquals(StoredThings.end(JOB), load(store, JOB).job().end());
      }
    } finally {
      run("umount", mounted.toString());
    }
  }

  @Test
  void aTranscriptThatIsNotWhatWasStoredIsDroppedAndMadeAnew() throws Exception {
    String key = fill();
    Path pcm = Files.writeString(folder.resolve("sound.f32"), "sound");
    Segment segment = StoredThings.segment(JOB, 0, 0);
    sql("UPDATE sound SET heard = replace(heard, 'Freedom', 'Boredom')");
    try (RunningStore store = RunningStore.open(folder, "model")) {
      assertEquals(List.of(), heard(store).segments());
      assertNull(recall(store, segment, pcm).heard());
      store.ask(new StoreCommand.KeepSegment(key, StoredThings.heard(segment)));
      assertEquals(StoredThings.heard(segment), recall(store, segment, pcm).heard());
      assertEquals(List.of(StoredThings.heard(segment)), heard(store).segments());
    }
  }

  @Test
  void aTranscriptAtAnothersPlaceIsNotBelieved() throws Exception {
    fill();
    Segment segment = StoredThings.segment(JOB, 0, 0);
    try (RunningStore store = RunningStore.open(folder, "model")) {
      Path other = Files.writeString(folder.resolve("other.f32"), "another sound");
      String key = recall(store, segment, other).key();
      store.close();
      sql("UPDATE sound SET name = '" + key + "'");
    }
    try (RunningStore store = RunningStore.open(folder, "model")) {
      assertNull(recall(store, segment, folder.resolve("other.f32")).heard());
    }
  }

  @Test
  void aDamagedJobIsPassedOverAndTheOthersGoOn() throws Exception {
    fill();
    sql("UPDATE job SET accepted = replace(accepted, 'talk.mp4', 'walk.mp4') WHERE number = 1");
    try (RunningStore store = RunningStore.open(folder, "model")) {
      assertEquals(1, unfinished(store));
      assertNull(load(store, JOB).job());
      assertNotNull(load(store, StoredThings.job(2)).job());
    }
    // It is still there for whoever wants to look at it.
    sql("UPDATE job SET accepted = replace(accepted, 'walk.mp4', 'talk.mp4') WHERE number = 1");
    try (RunningStore store = RunningStore.open(folder, "model")) {
      assertEquals(2, unfinished(store));
    }
  }

  @Test
  void noCharacterOfAFoldersNameMeansAnything() throws Exception {
    Path strange = folder.resolve("a ?mode=memory&b#c%41 'd\";\u00fc");
    try (RunningStore store = RunningStore.open(strange, "model")) {
      store.ask(StoredThings.keepJob(JOB));
    }
    try (RunningStore store = RunningStore.open(strange, "model")) {
      assertNotNull(load(store, JOB).job());
    }
    assertTrue(Files.size(strange.resolve("fastwhisper.db")) > 0);
  }

  @Test
  void nothingOfTheDriverIsLeftInTheTemporaryFolder() throws Exception {
    RunningStore.open(folder, "model").close();
    try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      assertEquals(
          List.of(),
          files.filter(file -> file.getFileName().toString().startsWith("sqlite-")).toList());
    }
  }

  /** Two jobs, a video, a transcript; gives the key of its sound. */
  private String fill() throws Exception {
    try (RunningStore store = RunningStore.open(folder, "model")) {
      store.ask(StoredThings.keepJob(JOB));
      store.ask(StoredThings.keepJob(StoredThings.job(2)));
      store.ask(new StoreCommand.KeepVideo(StoredThings.video(JOB, 0)));
      Segment segment = StoredThings.segment(JOB, 0, 0);
      Path pcm = Files.writeString(folder.resolve("sound.f32"), "sound");
      String key = recall(store, segment, pcm).key();
      store.ask(new StoreCommand.KeepSegment(key, StoredThings.heard(segment)));
      return key;
    }
  }

  /** The start fails with this, and no byte of the store changes. */
  private void assertRefused(String what, boolean usersToMend) throws Exception {
    Map<String, byte[]> before = store();
    for (int i = 0; i < 2; i++) {
      StoreException refused =
          assertThrows(StoreException.class, () -> RunningStore.open(folder, "model"));
      assertTrue(refused.getMessage().startsWith(database() + ": "), refused.getMessage());
      assertTrue(refused.getMessage().contains(what), refused.getMessage());
      assertEquals(usersToMend, refused.usersToMend());
    }
    Map<String, byte[]> after = store();
    before.forEach((name, bytes) -> assertArrayEquals(bytes, after.remove(name), name));
    // Whoever looks at a database makes an empty log beside it.
    after.forEach((name, bytes) -> assertEquals(0, bytes.length, name));
  }

  private Map<String, byte[]> store() throws Exception {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> all = Files.list(folder)) {
      for (Path file : all.toList()) {
        String name = file.getFileName().toString();
        if (name.startsWith("fastwhisper.db") && !name.endsWith("-shm")) {
          files.put(name, Files.readAllBytes(file));
        }
      }
    }
    return files;
  }

  private Path database() {
    return folder.resolve("fastwhisper.db");
  }

  private void overwrite(long from, int bytes) throws Exception {
    try (RandomAccessFile file = new RandomAccessFile(database().toFile(), "rw")) {
      assertTrue(file.length() > from + bytes, "the store is smaller than thought");
      file.seek(from);
      file.write(new byte[bytes]);
    }
  }

  private void sql(String statement) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database());
        Statement it = connection.createStatement()) {
      it.executeUpdate(statement);
    }
  }

  /** A folder with this mounted on it; the test is skipped where that is not allowed. */
  private Path mount(String... what) throws Exception {
    Path place = Files.createDirectories(folder.resolveSibling(folder.getFileName() + "-mounted"));
    String[] command =
        Stream.of(new String[] {"mount"}, what, new String[] {place.toString()})
            .flatMap(Stream::of)
            .toArray(String[]::new);
    boolean mounted = run(command) == 0;
    if (!mounted) {
      Files.delete(place);
    }
    assumeTrue(mounted, "mounting needs the superuser");
    return place;
  }

  private static int run(String... command) throws Exception {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  private static Reply.VideoHeard heard(RunningStore store) throws Exception {
    return (Reply.VideoHeard) store.ask(new StoreCommand.LoadVideo(JOB, 0));
  }

  private static Reply.SegmentRecalled recall(RunningStore store, Segment segment, Path pcm)
      throws Exception {
    return (Reply.SegmentRecalled)
        store.ask(new StoreCommand.RecallSegment(segment, pcm, TranscribeOptions.DEFAULT));
  }

  private static Reply.JobLoaded load(RunningStore store, JobId job) throws Exception {
    return (Reply.JobLoaded) store.ask(new StoreCommand.LoadJob(job));
  }

  private static int unfinished(RunningStore store) throws Exception {
    return ((Reply.JobsListed) store.ask(new StoreCommand.ListUnfinished())).jobs().size();
  }
}
