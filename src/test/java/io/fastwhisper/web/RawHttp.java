package io.fastwhisper.web;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** A client that sends exactly these bytes, as no library would. */
final class RawHttp implements AutoCloseable {
  private static final int LIMIT_MS = 60_000;

  final Socket socket;
  private final InputStream in;

  RawHttp(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(LIMIT_MS);
    in = new BufferedInputStream(socket.getInputStream());
  }

  RawHttp send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
    return this;
  }

  /** All that comes until the server closes. */
  String readToEnd() throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] part = new byte[8_192];
    try {
      for (int n = in.read(part); n >= 0; n = in.read(part)) {
        all.write(part, 0, n);
      }
    } catch (SocketException e) {
      // A connection that is reset has ended, too.
      return all.toString(StandardCharsets.ISO_8859_1);
    }
    return all.toString(StandardCharsets.ISO_8859_1);
  }

  /** The next bytes. */
  byte[] readBytes(int count) throws IOException {
    return in.readNBytes(count);
  }

  /** What comes up to and with this text. */
  String readThrough(String text) throws IOException {
    StringBuilder all = new StringBuilder();
    char last = text.charAt(text.length() - 1);
    while (true) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("the connection ended behind: " + all);
      }
      all.append((char) next);
      int from = all.length() - text.length();
      if (next == last && from >= 0 && all.indexOf(text, from) == from) {
        return all.toString();
      }
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
