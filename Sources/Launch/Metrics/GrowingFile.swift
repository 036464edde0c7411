import Foundation

/// A file that another process writes, read piece by piece as it grows.
///
/// It need not exist yet. It counts as the same file as long as it still begins with what was read of it, even where it was
/// copied; a shorter or different file is read from its start.
struct GrowingFile {
  enum Change {
    case none
    /// There are more unread bytes.
    case more
    /// The file is another one, or was rewritten: the unread bytes are its first.
    case restarted
  }

  let path: String
  /// The bytes that were read and not taken yet.
  private(set) var unread: [UInt8] = []
  private var offset = 0
  /// The first and the last bytes that were read, by which the file is recognized.
  private var head: [UInt8] = []
  private var tail: [UInt8] = []

  /// The head has room for the header of a table, which may be rewritten with more columns.
  private static let headLength = 4096
  private static let tailLength = 64
  /// The size of one read, so that a large file is never in memory as a whole.
  private static let pieceLength = 8 << 20

  init(_ path: String) { self.path = path }

  var name: String { (path as NSString).lastPathComponent }

  /// Reads the next piece, if there is one.
  mutating func fill() -> Change {
    guard let file = OpenFile(path) else { return .none }
    let isSame =
      file.size >= offset && file.bytes(at: 0, count: head.count) == head
      && file.bytes(at: offset - tail.count, count: tail.count) == tail
    if !isSame {
      (unread, offset, head, tail) = ([], 0, [], [])
    }
    let piece = file.bytes(at: offset, count: min(Self.pieceLength, max(0, file.size - offset)))
    guard !piece.isEmpty else { return isSame ? .none : .restarted }
    offset += piece.count
    unread += piece
    head += piece.prefix(Self.headLength - head.count)
    tail = Array((tail + piece.suffix(Self.tailLength)).suffix(Self.tailLength))
    return isSame ? .more : .restarted
  }

  /// Takes bytes from the front of the unread ones.
  mutating func take(_ count: Int) { unread.removeFirst(min(count, unread.count)) }

  /// The first bytes of a file, as many as it has and as are asked for.
  static func start(of path: String, count: Int) -> [UInt8] { OpenFile(path)?.bytes(at: 0, count: count) ?? [] }
}

/// A plain file that is open for reading.
private final class OpenFile {
  private let descriptor: Int32
  let size: Int

  /// Nil for what is not there or is no plain file, such as a pipe, which would wait.
  init?(_ path: String) {
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    var status = stat()
    guard descriptor >= 0, fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      size = 0
      return nil
    }
    size = Int(status.st_size)
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  func bytes(at offset: Int, count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count, let start = buffer.baseAddress {
        let read = pread(descriptor, start + filled, count - filled, off_t(offset + filled))
        guard read > 0 else { return }
        filled += read
      }
    }
  }
}

/// The whole lines of a file that grows.
struct GrowingLines {
  enum Ending {
    case newline
    /// A progress bar writes over its own line.
    case newlineOrReturn
  }

  private var file: GrowingFile
  private let ending: Ending

  init(_ path: String, ending: Ending = .newline) {
    file = GrowingFile(path)
    self.ending = ending
  }

  var name: String { file.name }

  /// The lines since the last call without what ends them, and at the end the one that nothing ends.
  mutating func next(atEnd: Bool) -> [[UInt8]] {
    var lines: [[UInt8]] = []
    while file.fill() != .none { takeLines(&lines) }
    if atEnd, !file.unread.isEmpty {
      lines.append(file.unread)
      file.take(file.unread.count)
    }
    return lines
  }

  private mutating func takeLines(_ lines: inout [[UInt8]]) {
    let bytes = file.unread
    var start = 0
    for index in bytes.indices where bytes[index] == 10 || (ending == .newlineOrReturn && bytes[index] == 13) {
      lines.append(Array(bytes[start..<index]))
      start = index + 1
    }
    file.take(start)
  }
}
