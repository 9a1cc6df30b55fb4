package io.fastwhisper.store;

import io.fastwhisper.domain.JobId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder that belongs to one server at a time. Its lock goes with the process, whatever way
 * that ends. Blocking; not for an event loop.
 */
public final class DataFolder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DataFolder.class);

  private final Path root;
  private final FileChannel lock;

  private DataFolder(Path root, FileChannel lock) {
    this.root = root;
    this.lock = lock;
  }

  /**
   * The folder for a value of {@code folders.data}: "" means the user's data folder.
   *
   * @param configured as the user wrote it
   */
  public static Path of(String configured) {
    if (!configured.isEmpty()) {
      return Path.of(configured).toAbsolutePath();
    }
    String xdg = System.getenv("XDG_DATA_HOME");
    Path base =
        xdg == null || xdg.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".local", "share")
            : Path.of(xdg);
    return base.resolve("fastwhisper").toAbsolutePath();
  }

  /**
   * Takes the folder, makes what is missing in it, for this user only, and empties its scratch.
   *
   * @throws StoreException where it cannot be written, or another server has it
   */
  public static DataFolder open(Path root) throws StoreException {
    FileChannel lock = null;
    try {
      makeFolder(root);
      Path lockFile = root.resolve("lock");
      lock =
          FileChannel.open(
              lockFile,
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              StandardOpenOption.READ);
      take(lock, root);
      DataFolder folder = new DataFolder(root, lock);
      makeFolder(folder.jobs());
      makeFolder(folder.uploads());
      remove(folder.scratch());
      makeFolder(folder.scratch());
      return folder;
    } catch (IOException e) {
      closeQuietly(lock);
      throw StoreException.wrongPlace(
          root,
          "cannot be written: " + e,
          "Make it writable, free some room, or set folders.data",
          e);
    } catch (StoreException e) {
      closeQuietly(lock);
      throw e;
    }
  }

  private static void take(FileChannel lock, Path root) throws IOException, StoreException {
    FileLock taken;
    try {
      taken = lock.tryLock();
    } catch (OverlappingFileLockException e) {
      taken = null;
    }
    if (taken == null) {
      throw StoreException.wrongPlace(
          root,
          "another FastWhisper server (process " + owner(lock) + ") uses it",
          "End that one, or give this one a folder of its own: folders.data",
          null);
    }
    lock.truncate(0);
    byte[] process = Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8);
    lock.write(ByteBuffer.wrap(process), 0);
  }

  private static String owner(FileChannel lock) throws IOException {
    ByteBuffer text = ByteBuffer.allocate(20);
    lock.read(text, 0);
    return new String(text.array(), 0, text.position(), StandardCharsets.UTF_8);
  }

  /** The store's file. */
  public Path database() {
    return root.resolve("fastwhisper.db");
  }

  /** One folder for each job, by its id. */
  public Path jobs() {
    return root.resolve("jobs");
  }

  /** What stays of a job: its film. */
  public Path job(JobId job) {
    return jobs().resolve(job.toString());
  }

  /** Where a job's film belongs. */
  public Path film(JobId job) {
    return job(job).resolve("compilation.mp4");
  }

  /** One folder for each upload. */
  public Path uploads() {
    return root.resolve("uploads");
  }

  /** For what nobody needs once this process has ended; emptied at each start and end. */
  public Path scratch() {
    return root.resolve("scratch");
  }

  /** Empties the scratch and gives the folder back. */
  @Override
  public void close() {
    try {
      remove(scratch());
    } catch (IOException e) {
      LOG.warn("{} cannot be emptied: {}", scratch(), e.toString());
    }
    closeQuietly(lock);
  }

  private static void closeQuietly(FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      // Nothing was written by way of it that anyone needs.
      return;
    }
  }

  private static void makeFolder(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
  }

  /**
   * Removes a file, or a folder with all that is in it; links are removed, not followed. What
   * someone else removes meanwhile is gone as well.
   */
  static void remove(Path top) throws IOException {
    Files.walkFileTree(
        top,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes facts)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failure)
              throws IOException {
            if (failure instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw failure;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.deleteIfExists(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
