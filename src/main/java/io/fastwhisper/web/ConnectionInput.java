package io.fastwhisper.web;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.function.Consumer;

/**
 * Looks at what was decoded before Vert.x does, which closes without an answer where a chunk is
 * wrong or the client has shut its sending side, and answers without a body where the version is
 * unknown. On the connection's event loop.
 */
final class ConnectionInput extends ChannelInboundHandlerAdapter {
  private final Consumer<Boolean> ended;
  private int requests;
  private boolean inBody;
  private boolean refused;

  /**
   * For one connection.
   *
   * @param ended told, perhaps twice, that nothing more can be read; true where that is at the end
   *     of a request
   */
  ConnectionInput(Consumer<Boolean> ended) {
    this.ended = ended;
  }

  /**
   * How many have begun to come. Vert.x gives them out one by one, when the one before is answered.
   */
  int requests() {
    return requests;
  }

  @Override
  public void channelRead(ChannelHandlerContext channel, Object message) {
    if (refused) {
      ReferenceCountUtil.release(message);
      return;
    }
    if (message instanceof HttpRequest request) {
      requests++;
      inBody = true;
      refused = isRefused(request);
    } else if (message instanceof HttpContent content && content.decoderResult().isFailure()) {
      ReferenceCountUtil.release(message);
      ended.accept(false);
      return;
    }
    if (message instanceof LastHttpContent) {
      inBody = false;
    }
    channel.fireChannelRead(message);
  }

  /** What follows behind an unknown version cannot be understood. */
  private static boolean isRefused(HttpRequest request) {
    HttpVersion version = request.protocolVersion();
    if (request.decoderResult().isFailure()
        || version.equals(HttpVersion.HTTP_1_1)
        || version.equals(HttpVersion.HTTP_1_0)) {
      return false;
    }
    // The answer has the request's version.
    request.setProtocolVersion(HttpVersion.HTTP_1_1);
    request.setDecoderResult(
        DecoderResult.failure(
            Problem.of(505, "bad_version", "the server speaks HTTP/1.1 and HTTP/1.0")));
    return true;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext channel, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      ended.accept(!inBody);
    }
    channel.fireUserEventTriggered(event);
  }
}
