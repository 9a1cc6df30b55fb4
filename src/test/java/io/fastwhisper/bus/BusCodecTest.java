package io.fastwhisper.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.buffer.Buffer;
import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BusCodecTest {
  private final BusCodec codec = new BusCodec();

  static Stream<Class<?>> everyMessage() {
    return Arrays.stream(Message.class.getPermittedSubclasses())
        .flatMap(kind -> Arrays.stream(kind.getPermittedSubclasses()));
  }

  @ParameterizedTest
  @MethodSource("everyMessage")
  void aMessageComesBackFromTheWireAsItWas(Class<?> type) throws Exception {
    for (boolean full : new boolean[] {true, false}) {
      Message message = (Message) example(type, full);
      Buffer wire = Buffer.buffer("before");
      codec.encodeToWire(wire, message);
      wire.appendString("behind");
      assertEquals(message, codec.decodeFromWire("before".length(), wire), wire.toString());
    }
  }

  @Test
  void insideAProcessAMessageIsHandedOnAsItIs() {
    Message message = new Command.WithdrawLease(7);
    assertSame(message, codec.transform(message));
  }

  @Test
  void theWireFormIsReadable() {
    assertEquals(
        "{\"type\":\"WithdrawLease\",\"body\":{\"lease\":7}}",
        BusCodec.encode(new Command.WithdrawLease(7)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{\"type\":\"java.lang.Runtime\",\"body\":{}}",
        "{\"type\":\"WithdrawLease\",\"body\":{\"lease\":\"x\"}}",
        "{\"type\":\"CancelJob\",\"body\":{\"job\":{\"value\":\"../..\"}}}"
      })
  void whatIsNotOursIsRefused(String json) {
    assertThrows(IllegalArgumentException.class, () -> BusCodec.decode(json));
  }

  @Test
  void everyKindOfMessageIsTried() {
    assertTrue(everyMessage().count() > 30);
    assertTrue(everyMessage().allMatch(Class::isRecord));
  }

  /**
   * A record with a value in each component; where not full, with empty lists and null where a
   * component may lack.
   */
  private static Object example(Class<?> type, boolean full) throws Exception {
    RecordComponent[] components = type.getRecordComponents();
    Object[] values = new Object[components.length];
    Class<?>[] types = new Class<?>[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
      values[i] = value(type, components[i].getName(), components[i].getGenericType(), full, i);
    }
    Constructor<?> constructor = type.getDeclaredConstructor(types);
    constructor.setAccessible(true);
    return constructor.newInstance(values);
  }

  private static Object value(Class<?> owner, String name, Type type, boolean full, int place)
      throws Exception {
    if (type instanceof ParameterizedType map && map.getRawType() == Map.class) {
      Type element = map.getActualTypeArguments()[1];
      return full ? Map.of("cuda:0", value(owner, "element", element, true, 0)) : Map.of();
    }
    if (type instanceof ParameterizedType list) {
      boolean needed =
          name.equals("sources") || name.equals("matches") && owner.getSimpleName().equals("Clip");
      Type element = list.getActualTypeArguments()[0];
      return full || needed ? List.of(value(owner, "element", element, full, 0)) : List.of();
    }
    Class<?> kind = (Class<?>) type;
    boolean mayLack =
        List.of("picture", "sound", "file", "film", "compilation", "heard", "end", "use")
            .contains(name);
    boolean lacks =
        !full
            && mayLack
            && !owner
                .getSimpleName()
                .matches(
                    "Video|Source|CutFile|FilmPart|CompilationReady|KeptJob|KeepJob|KeepEnd|KeepSegment");
    if (lacks) {
      return null;
    } else if (kind == int.class || kind == Integer.class) {
      return number(name, place);
    } else if (kind == long.class || kind == Long.class) {
      // Ends come behind starts.
      return name.startsWith("end") ? 5_000L : 1_000L + place;
    } else if (kind == float.class) {
      return 0.123_456_79f;
    } else if (kind == double.class) {
      return 1 / 3.0;
    } else if (kind == boolean.class) {
      return full;
    } else if (kind == String.class) {
      return text(name, full);
    } else if (kind == Path.class) {
      return Path.of("/tmp/a b/ü.mp4");
    } else if (kind.isEnum()) {
      return kind.getEnumConstants()[full ? 1 : 0];
    }
    return example(kind, full);
  }

  private static int number(String name, int place) {
    return switch (name) {
      case "number" -> 0;
      case "width", "height" -> 640;
      case "sampleRateHz" -> 44_100;
      default -> 1 + place;
    };
  }

  private static String text(String name, boolean full) {
    return switch (name) {
      case "value" -> "0123456789abcdef".repeat(2);
      case "language" -> "en";
      default -> full ? "“Größe” \n 東京 \u0007" : "x";
    };
  }
}
