package dev.holdfast.models.engine;

import ai.djl.engine.Engine;
import dev.holdfast.metrics.error.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** Tells what a file is that people give as TorchScript, and why the engine cannot load it. */
final class WeightsFile {

  private static final String OWNER = "the model card";

  private static final String SAVE =
      "save the network with its code: torch.jit.trace(model.eval(), example).save(\"model.pt\")";

  /** The first 4 bytes of a zip file with entries. */
  private static final byte[] ZIP = {'P', 'K', 3, 4};

  private static final byte[] PICKLE = {(byte) 0x80};
  private static final byte[] GZIP = {0x1f, (byte) 0x8b};
  private static final byte[] HDF5 = {(byte) 0x89, 'H', 'D', 'F'};
  private static final int HEAD = 512;

  /** The version of the format, the newest one in ONNX's first field, and room for years. */
  private static final int ONNX_VERSIONS = 40;

  private static final Pattern VERSION =
      Pattern.compile("version (\\d+), but the maximum supported version for reading is (\\d+)");
  private static final Pattern OPERATOR =
      Pattern.compile("Unknown builtin op: ([\\w:.]+[\\w])|undefined value ([\\w.]*\\w)");
  private static final Pattern LIBRARY =
      Pattern.compile("(?:ops\\.|Unknown builtin op: )(\\w+)(?:\\.|::)(\\w+)");

  private WeightsFile() {}

  /**
   * Checks that a file is not plainly something else.
   *
   * @throws InputException if it is
   */
  static void check(Path file) {
    Optional<Kind> kind;
    try {
      kind = kind(file);
    } catch (IOException e) {
      throw new InputException(
          "The weights (%s) of %s must be readable.%nMaybe check its permissions."
              .formatted(file.getFileName(), OWNER),
          e);
    }
    if (kind.isPresent()) {
      throw refusal(file, kind.get().rule(), kind.get().remedy(), null);
    }
  }

  /** What a file is, as the end of a sentence, and what to do. */
  private record Kind(String is, String remedy) {

    String rule() {
      return "be a TorchScript file, and it is " + is;
    }
  }

  private static Optional<Kind> kind(Path file) throws IOException {
    byte[] head;
    try (InputStream in = Files.newInputStream(file)) {
      head = in.readNBytes(HEAD);
    }
    long size = Files.size(file);
    String text = new String(head, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
    if (size == 0) {
      return of("empty", "the download or the copy failed: fetch it again");
    }
    if (text.startsWith("version https://git-lfs")) {
      return of("a pointer of Git LFS in its place", "fetch the file itself: git lfs pull");
    }
    if (text.stripLeading().startsWith("<!doctype html")
        || text.stripLeading().startsWith("<html")) {
      return of(
          "a web page",
          "the download wanted a login or a confirmation: open the link in a browser");
    }
    if (starts(head, ZIP)) {
      return zip(file);
    }
    if (starts(head, PICKLE)) {
      return of("a pickle of torch.save, which holds no code that can be run here", SAVE);
    }
    if (starts(head, HDF5)) {
      return of("HDF5, such as Keras writes", "export the network from PyTorch: " + SAVE);
    }
    if (starts(head, GZIP)) {
      return of("compressed by gzip", "unpack it: gunzip");
    }
    if (isSafetensors(head, size)) {
      return of(
          "safetensors, which holds weights without their code",
          "load them in PyTorch and " + SAVE);
    }
    if (head.length > 2
        && head[0] == 0x08
        && head[1] > 0
        && head[1] < ONNX_VERSIONS
        && (head[2] & 7) == 2) {
      return of("ONNX", "export from PyTorch again, and " + SAVE);
    }
    return Optional.empty();
  }

  private static Optional<Kind> of(String is, String remedy) {
    return Optional.of(new Kind(is, remedy));
  }

  private static Optional<Kind> zip(Path file) throws IOException {
    List<String> names;
    try (ZipFile zip = new ZipFile(file.toFile())) {
      names = zip.stream().map(e -> e.getName()).toList();
    } catch (ZipException e) {
      return of(
          "truncated: its table of contents at the end is missing",
          "the download or the copy broke off: fetch it again");
    }
    if (names.stream().anyMatch(n -> n.contains("/code/") || n.endsWith("constants.pkl"))) {
      return Optional.empty();
    }
    if (names.stream()
        .anyMatch(
            n ->
                n.endsWith("archive_format")
                    || n.endsWith("models/model.json")
                    || n.endsWith("serialized_exported_program.json"))) {
      return of("a program of torch.export (.pt2), which cannot be run here", SAVE);
    }
    if (names.stream().anyMatch(n -> n.endsWith("data.pkl"))) {
      return of(
          "a state dict, a checkpoint or a module of torch.save, which holds no code that can be run here",
          "load it in PyTorch and " + SAVE);
    }
    return names.stream().anyMatch(n -> n.endsWith("model.json"))
        ? Optional.empty()
        : of("a zip file of something else", "unpack it: the weights may be inside");
  }

  private static boolean isSafetensors(byte[] head, long size) {
    if (head.length < 9) {
      return false;
    }
    long header = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).getLong();
    return header > 0 && header <= size - 8 && head[8] == '{';
  }

  private static boolean starts(byte[] head, byte[] with) {
    return head.length >= with.length && Arrays.equals(head, 0, with.length, with, 0, with.length);
  }

  /** Returns what to tell the user when the engine does not load a file. */
  static InputException unloadable(Path file, Throwable engine) {
    String words = String.valueOf(engine.getMessage());
    Matcher version = VERSION.matcher(words);
    if (version.find()) {
      return refusal(
          file,
          "be of format " + version.group(2) + " or older, and it is of " + version.group(1),
          "a newer PyTorch wrote it: save it again with PyTorch " + engineVersion(),
          engine);
    }
    Matcher operator = OPERATOR.matcher(words);
    if (operator.find() || words.contains("Unknown builtin op")) {
      Matcher library = LIBRARY.matcher(words);
      boolean found = library.find() && !library.group(1).equals("aten");
      String name = found ? library.group(1) + "::" + library.group(2) : name(operator);
      return refusal(
          file,
          "use operators that PyTorch "
              + engineVersion()
              + " has, and "
              + name
              + " is none of them",
          found && !library.group(1).equals("prim")
              ? "it belongs to another library ("
                  + library.group(1)
                  + "): save the part of the network without it"
              : "a newer PyTorch wrote it: save it again with PyTorch " + engineVersion(),
          engine);
    }
    if (words.contains("CUDA") || words.contains("cuda")) {
      return refusal(
          file,
          "run on the device that was asked for, and it was saved for another",
          "move it first: model.cpu(), then " + SAVE,
          engine);
    }
    if (words.contains("PytorchStreamReader") && !words.contains("not a ZIP archive")) {
      return refusal(
          file,
          "be a whole TorchScript file, and it is damaged or truncated",
          "the download or the copy broke off: fetch it again",
          engine);
    }
    return refusal(
        file,
        "be a TorchScript file that PyTorch " + engineVersion() + " can load",
        "it is something else; --verbose shows what the engine says. If it holds a network, "
            + SAVE,
        engine);
  }

  private static String name(Matcher operator) {
    String name = operator.group(1) == null ? operator.group(2) : operator.group(1);
    return name.replaceFirst("^aten::", "");
  }

  private static String engineVersion() {
    return Engine.getEngine("PyTorch").getVersion().replaceFirst("-.*", "");
  }

  private static InputException refusal(Path file, String rule, String remedy, Throwable engine) {
    return new InputException(
        InputException.of("weights", file.getFileName(), OWNER, rule, remedy).getMessage(), engine);
  }
}
