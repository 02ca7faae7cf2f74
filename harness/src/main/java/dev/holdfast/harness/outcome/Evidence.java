package dev.holdfast.harness.outcome;

import dev.holdfast.harness.npz.NpzWriter;
import dev.holdfast.metrics.EmbeddingSet;
import dev.holdfast.metrics.digest.Sha256;
import dev.holdfast.metrics.file.AtomicFile;
import java.io.IOException;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;

/** The folder {@code evidence/}: what somebody else needs to check the numbers. */
public final class Evidence {

  public static final String FOLDER = "evidence";
  public static final String GALLERY = "gallery.npz";
  public static final String INDEX = "index.json";

  /** The folder of the pictures, inside this one. */
  public static final String SHOWN = "shown";

  /**
   * A file of the folder.
   *
   * @param file its name
   * @param sha256 of its content
   * @param cell the cell it belongs to; empty for the gallery and for pictures of clean images
   * @param sample which images of the cell it holds; null where it holds all there are
   */
  public record Entry(String file, String sha256, String cell, Sample sample) {

    /** An entry of a file that holds all there is. */
    public Entry(String file, String sha256, String cell) {
      this(file, sha256, cell, null);
    }

    /** Says which images of a cell the file holds. */
    public Entry holding(EmbeddingSet kept, int of) {
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
  public interface Content {
    void write(NpzWriter npz) throws IOException;
  }

  private Evidence() {}

  /** Writes a file whole or not at all, and returns its hash. */
  public static Entry write(Path audit, String name, String cell, Content content) {
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
  public static boolean isWhole(Path audit, Entry entry) {
    try {
      Path file = audit.resolve(FOLDER).resolve(entry.file());
      return Sha256.hex(file).equals(entry.sha256());
    } catch (IOException e) {
      return false;
    }
  }
}
