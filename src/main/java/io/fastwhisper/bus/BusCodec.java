package io.fastwhisper.bus;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageCodec;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * The one codec of the bus. Inside a process a message is handed on as it is, for it is immutable;
 * between processes it travels as JSON: {@code {"type": "CutClip", "body": {...}}} behind its
 * length in bytes.
 */
public final class BusCodec implements MessageCodec<Message, Message> {
  private static final String NAME = "fastwhisper";
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .visibility(PropertyAccessor.GETTER, Visibility.NONE)
          .visibility(PropertyAccessor.IS_GETTER, Visibility.NONE)
          .visibility(PropertyAccessor.FIELD, Visibility.ANY)
          .build();
  private static final Map<String, Class<?>> TYPES = types();

  /** Makes the bus take every {@link Message}, as message and as reply. */
  public static void register(EventBus bus) {
    bus.registerCodec(new BusCodec());
    bus.codecSelector(body -> body instanceof Message ? NAME : null);
  }

  @Override
  public void encodeToWire(Buffer buffer, Message message) {
    byte[] json = encode(message).getBytes(StandardCharsets.UTF_8);
    buffer.appendInt(json.length).appendBytes(json);
  }

  @Override
  public Message decodeFromWire(int position, Buffer buffer) {
    int length = buffer.getInt(position);
    return decode(buffer.getString(position + 4, position + 4 + length));
  }

  @Override
  public Message transform(Message message) {
    return message;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public byte systemCodecID() {
    return -1;
  }

  /** The wire form without its length. */
  static String encode(Message message) {
    ObjectNode node = JSON.createObjectNode();
    node.put("type", message.getClass().getSimpleName());
    node.set("body", JSON.valueToTree(message));
    return node.toString();
  }

  static Message decode(String json) {
    try {
      JsonNode node = JSON.readTree(json);
      Class<?> type = TYPES.get(node.path("type").asText());
      if (type == null) {
        throw new IllegalArgumentException("unknown message type " + node.path("type"));
      }
      return (Message) JSON.treeToValue(node.path("body"), type);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("message that is not ours: " + e.getOriginalMessage(), e);
    }
  }

  private static Map<String, Class<?>> types() {
    Map<String, Class<?>> types = new HashMap<>();
    for (Class<?> kind : Message.class.getPermittedSubclasses()) {
      for (Class<?> type : kind.getPermittedSubclasses()) {
        types.put(type.getSimpleName(), type);
      }
    }
    return types;
  }
}
