package dev.holdfast.reports.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SettingLabelsTest {

  @Test
  void tells_what_others_do_not_have() {
    assertThat(
            SettingLabels.apart(
                    List.of(
                        "{\"attack\":{\"steps\":10,\"start\":true}}",
                        "{\"attack\":{\"steps\":10,\"start\":true},\"stop\":\"recall@1\"}",
                        "{\"attack\":{\"steps\":20,\"start\":true}}"))
                .values())
        .containsExactly("steps 10", "steps 10, stop recall@1", "steps 20");
  }

  @Test
  void says_nothing_of_what_lacks_something() {
    assertThat(SettingLabels.apart(List.of("{\"k\":1}", "{\"k\":1,\"ablation\":true}")).values())
        .containsExactly("", "ablation true");
  }

  @Test
  void stays_short_and_never_gives_two_the_same_words() {
    String members = "{\"members\":[[{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":%d}]]}";
    String other = "{\"members\":[[{\"a\":2,\"b\":2,\"c\":2,\"d\":2,\"e\":9}]]}";
    assertThat(
            SettingLabels.apart(List.of(members.formatted(1), members.formatted(2), other))
                .values())
        .containsExactly(
            "a 1, b 1, c 1, d 1 and 1 more",
            "a 1, b 1, c 1, d 1 and 1 more (no. 2)",
            "a 2, b 2, c 2, d 2 and 1 more");
  }

  @Test
  void lists_of_plain_values_are_values() {
    assertThat(SettingLabels.apart(List.of("{\"targets\":[1]}", "{\"targets\":[1,5]}")).values())
        .containsExactly("targets [1]", "targets [1,5]");
  }
}
