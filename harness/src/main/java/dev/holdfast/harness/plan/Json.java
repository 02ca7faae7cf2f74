package dev.holdfast.harness.plan;

import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** JSON that is equal for equal values. */
final class Json {

  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS).build();

  private Json() {}

  static Object read(String text) {
    return MAPPER.readValue(text, Object.class);
  }

  static String canonical(Object value) {
    return MAPPER.writeValueAsString(value);
  }
}
