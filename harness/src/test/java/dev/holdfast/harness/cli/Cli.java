package dev.holdfast.harness.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;

/**
 * What a command left behind; runs in this virtual machine.
 *
 * @param code exit code
 * @param out what went to standard output
 * @param err what went to standard error
 */
record Cli(int code, String out, String err) {

  static Cli run(Object... words) {
    String[] args = new String[words.length];
    for (int i = 0; i < words.length; i++) {
      args[i] = String.valueOf(words[i]);
    }
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = Holdfast.run(args, new PrintWriter(out, true), new PrintWriter(err, true));
    return new Cli(code, out.toString(), err.toString());
  }

  /** Checks that it ended well. */
  Cli succeeds() {
    assertThat(code).as("%s%n%s", out, err).isZero();
    return this;
  }

  /** Checks that it ended with one message for its user. */
  Cli refuses(int expectedCode, String... parts) {
    assertThat(err)
        .contains(parts)
        .doesNotContain("bug in Holdfast")
        .doesNotContain("\tat ")
        .doesNotContain("Exception");
    assertThat(err.lines().filter(l -> !l.contains(": 100 %")).count()).isBetween(1L, 9L);
    assertThat(code).as(err).isEqualTo(expectedCode);
    return this;
  }
}
