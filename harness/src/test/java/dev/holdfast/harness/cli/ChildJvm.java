package dev.holdfast.harness.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The program in a virtual machine of its own, as a user starts it. */
record ChildJvm(Process process, Path output) {

  private static final long PATIENCE_SECONDS = 90;

  /** Starts the program; what it prints goes to a file. */
  static ChildJvm start(Path output, List<String> javaOptions, Object... words) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xshare:auto",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xmx512m",
            "-Dholdfast.cache=" + System.getProperty("holdfast.cache")));
    command.addAll(javaOptions);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Holdfast.class.getName()));
    for (Object word : words) {
      command.add(String.valueOf(word));
    }
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("OMP_WAIT_POLICY", "PASSIVE");
    builder.environment().put("GOMP_SPINCOUNT", "0");
    builder.redirectErrorStream(true).redirectOutput(output.toFile());
    try {
      return new ChildJvm(builder.start(), output);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Waits for its end, and returns the exit code. */
  int await() throws InterruptedException {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IllegalStateException("The child did not end: " + text());
    }
    return process.exitValue();
  }

  String text() {
    try {
      return Files.readString(output, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
