package dev.holdfast.harness.runtime;

import dev.holdfast.models.data.Progress;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Progress of long work on the console: a bar with the time that is left on a terminal, and a line
 * every few seconds elsewhere.
 */
public final class ConsoleProgress implements Progress, AutoCloseable {

  private static final Duration INTERVAL = Duration.ofSeconds(5);

  private final PrintWriter out;
  private final boolean terminal;
  private String task;
  private ProgressBar bar;
  private long started;
  private long spoken;
  private long doneBefore;

  /**
   * @param out where lines go
   * @param terminal whether somebody watches
   */
  public ConsoleProgress(PrintWriter out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  @Override
  public void step(String name, long done, long total) {
    long now = System.nanoTime();
    if (!name.equals(task)) {
      close();
      task = name;
      started = now;
      spoken = now;
      doneBefore = done;
      if (terminal) {
        bar =
            new ProgressBarBuilder()
                .setTaskName(name)
                .setInitialMax(total)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(250)
                .build();
      }
    }
    if (bar != null) {
      bar.maxHint(total);
      bar.stepTo(done);
    } else if (now - spoken >= INTERVAL.toNanos()) {
      spoken = now;
      long fresh = done - doneBefore;
      String left =
          fresh > 0
              ? ", about "
                  + words((now - started) / fresh * (total - done) / 1_000_000_000)
                  + " left"
              : "";
      out.printf(Locale.ROOT, "%s: %d %%%s%n", name, 100 * done / Math.max(1, total), left);
      out.flush();
    }
  }

  /** Says something between the bars. */
  public void say(String line) {
    close();
    out.println(line);
    out.flush();
  }

  private static String words(long seconds) {
    return seconds < 90 ? seconds + " s" : (seconds + 30) / 60 + " min";
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
    task = null;
  }
}
