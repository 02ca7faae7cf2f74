package dev.holdfast.harness.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** What this program was built from. */
public final class BuildInfo {

  private static final Properties PROPERTIES = load();

  private BuildInfo() {}

  /** Returns the version of Holdfast. */
  public static String version() {
    return PROPERTIES.getProperty("version");
  }

  /** Returns the commit that was built, or {@code unknown} outside a repository. */
  public static String commit() {
    String commit = PROPERTIES.getProperty("commit", "");
    return commit.isEmpty() || commit.startsWith("$") ? "unknown" : commit;
  }

  /** Returns the version of DJL that it was built with. */
  public static String djl() {
    return PROPERTIES.getProperty("djl");
  }

  private static Properties load() {
    Properties properties = new Properties();
    try (InputStream in =
        BuildInfo.class.getResourceAsStream("/dev/holdfast/harness/build.properties")) {
      properties.load(in);
      return properties;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
