import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Clients of one job's feed on one thread: those that read, and those that never do. */
final class FeedCrowd implements AutoCloseable {
  /** What a client that never reads lets the kernel keep for it; the least that Linux gives. */
  private static final int SMALL_BUFFER = 2_304;

  private static final int READ_BYTES = 1 << 16;

  private final InetSocketAddress server;
  private final String path;
  private final Selector selector;
  private final List<Reader> readers = new ArrayList<>();
  private final List<SocketChannel> stuck = new ArrayList<>();
  private final ByteBuffer buffer = ByteBuffer.allocate(READ_BYTES);

  /** One event as a client has heard it. */
  record Heard(long id, String name, long nanos) {}

  /** A client that reads: what it has heard, and the line that it is in the middle of. */
  static final class Reader {
    final List<Heard> heard = new ArrayList<>();
    private final SocketChannel channel;
    private final StringBuilder line = new StringBuilder();
    private long id;
    private String name = "";
    private boolean over;

    private Reader(SocketChannel channel) {
      this.channel = channel;
    }

    /** Lines of the feed end with LF alone; those of the head and of chunks with CR LF. */
    private void take(byte[] bytes, int count, long nanos) {
      for (int i = 0; i < count; i++) {
        if (bytes[i] != '\n') {
          line.append((char) bytes[i]);
          continue;
        }
        String whole = line.toString();
        line.setLength(0);
        if (whole.startsWith("id: ")) {
          id = Long.parseLong(whole.substring(4));
        } else if (whole.startsWith("event: ")) {
          name = whole.substring(7);
        } else if (whole.startsWith("data: ")) {
          heard.add(new Heard(id, name, nanos));
        }
      }
    }

    boolean ended() {
      return !heard.isEmpty() && heard.get(heard.size() - 1).name().equals("end");
    }
  }

  FeedCrowd(int port, String job) throws IOException {
    server = new InetSocketAddress("127.0.0.1", port);
    path = "/api/v1/jobs/" + job + "/events";
    selector = Selector.open();
  }

  void addReaders(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      SocketChannel channel = follow(false);
      channel.configureBlocking(false);
      Reader reader = new Reader(channel);
      channel.register(selector, SelectionKey.OP_READ, reader);
      readers.add(reader);
    }
  }

  void addStuck(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      stuck.add(follow(true));
    }
  }

  private SocketChannel follow(boolean small) throws IOException {
    SocketChannel channel = SocketChannel.open();
    if (small) {
      channel.setOption(StandardSocketOptions.SO_RCVBUF, SMALL_BUFFER);
    }
    channel.connect(server);
    String request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
    return channel;
  }

  List<Reader> readers() {
    return readers;
  }

  /** Reads until all that read have heard the end. */
  void readToTheEnd() throws IOException {
    int left = readers.size();
    while (left > 0) {
      selector.select();
      for (SelectionKey key : selector.selectedKeys()) {
        Reader reader = (Reader) key.attachment();
        buffer.clear();
        int count = reader.channel.read(buffer);
        if (count > 0) {
          reader.take(buffer.array(), count, System.nanoTime());
        }
        if (!reader.over && (count < 0 || reader.ended())) {
          reader.over = true;
          key.cancel();
          left--;
        }
      }
      selector.selectedKeys().clear();
    }
  }

  /** How many of those that never read find, when they do, that they were let go before the end. */
  int cutOff() throws IOException {
    int cutOff = 0;
    for (SocketChannel channel : stuck) {
      channel.socket().setSoTimeout(1_000);
      String rest;
      try {
        rest = new String(channel.socket().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      } catch (java.net.SocketTimeoutException e) {
        // It is open, and gives all that it has.
        continue;
      } catch (IOException e) {
        rest = "";
      }
      cutOff += rest.contains("event: end") ? 0 : 1;
    }
    return cutOff;
  }

  @Override
  public void close() throws IOException {
    for (Reader reader : readers) {
      reader.channel.close();
    }
    for (SocketChannel channel : stuck) {
      channel.close();
    }
    selector.close();
  }
}
