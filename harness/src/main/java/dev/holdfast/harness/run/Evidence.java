package dev.holdfast.harness.run;

import dev.holdfast.harness.npz.NpzWriter;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.digest.Sha256;
import dev.holdfast.metrics.error.InputException;
import dev.holdfast.metrics.file.AtomicFile;
import java.io.IOException;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Locale;

/** The folder {@code evidence/}: what somebody else needs to check the numbers. */
public final class Evidence {

  static final String FOLDER = "evidence";
  static final String GALLERY = "gallery.npz";
  static final String INDEX = "index.json";

  /** The folder of the pictures, inside this one. */
  static final String SHOWN = "shown";

  /** Which adversarial images are kept. */
  public enum Mode {
    /** Those of a few queries, the same in every cell, losslessly. */
    SAMPLE,
    /** All of them, losslessly. */
    ALL,
    /** None but those that the report shows. */
    NONE;

    /** Returns the word of the command line. */
    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Returns the mode for a word of the command line; {@code auto} is an older word for a sample.
     *
     * @throws InputException if there is none
     */
    public static Mode of(String word) {
      return Arrays.stream(values())
          .filter(m -> m.id().equals(word.equals("auto") ? SAMPLE.id() : word))
          .findFirst()
          .orElseThrow(
              () ->
                  InputException.unknown(
                      "evidence",
                      word,
                      "the command line",
                      Arrays.stream(values()).map(Mode::id).toList()));
    }
  }

  /**
   * A file of the folder.
   *
   * @param file its name
   * @param sha256 of its content
   * @param cell the cell it belongs to; empty for the gallery and for pictures of clean images
   * @param sample which images of the cell it holds; null where it holds all there are
   */
  record Entry(String file, String sha256, String cell, Sample sample) {

    /** An entry of a file that holds all there is. */
    Entry(String file, String sha256, String cell) {
      this(file, sha256, cell, null);
    }

    /** Says which images of a cell the file holds. */
    Entry holding(EmbeddingSet kept, int of) {
      return kept.size() == of ? this : new Entry(file, sha256, cell, new Sample(kept.ids(), of));
    }
  }

  /**
   * The part of a cell that is kept.
   *
   * @param ids ids of the items, in the order of the rows
   * @param of how many items the cell perturbs
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Sample(long[] ids, int of) {}

  /** Writes arrays to a file. */
  @FunctionalInterface
  interface Content {
    void write(NpzWriter npz) throws IOException;
  }

  private Evidence() {}

  /** Writes a file whole or not at all, and returns its hash. */
  static Entry write(Path audit, String name, String cell, Content content) {
    MessageDigest digest = Sha256.digest();
    AtomicFile.write(
        audit.resolve(FOLDER).resolve(name),
        out -> {
          digest.reset();
          NpzWriter npz = new NpzWriter(new DigestOutputStream(out, digest));
          content.write(npz);
          npz.finish();
        });
    return new Entry(name, Sha256.hex(digest), cell);
  }

  /** Tells whether a file is there and as it was written. */
  static boolean isWhole(Path audit, Entry entry) {
    try {
      Path file = audit.resolve(FOLDER).resolve(entry.file());
      return Sha256.hex(file).equals(entry.sha256());
    } catch (IOException e) {
      return false;
    }
  }
}
