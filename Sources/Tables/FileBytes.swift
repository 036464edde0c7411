import Glibc

/// The bytes of one input file, decompressed if it is a gzip file, held in memory or mapped for the lifetime of the
/// value.
struct FileBytes: ~Copyable {
  /// The name for messages: the path as given, or `standard input`.
  let name: String
  let bytes: UnsafeBufferPointer<UInt8>
  private let isMapped: Bool

  /// Regular files above this size are mapped instead of copied. Smaller ones are copied, because a mapped file that
  /// another program truncates meanwhile would end the process.
  private static let largestCopy = 256 << 20
  /// A stream has no known size, so it needs its own limit.
  private static let largestStream = 2 << 30

  /// Opens `path`, or standard input for `-`.
  ///
  /// Throws `missingInput` when it does not exist, cannot be read or is a directory, and `badData` when a stream has
  /// a line longer than `longestLine` or too many bytes.
  init(path: String, longestLine: Int) throws(TableError) {
    let name = path == "-" ? "standard input" : path
    let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw openingError(name, errno) }
    defer { if descriptor != STDIN_FILENO { close(descriptor) } }

    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw openingError(name, errno) }
    let fileType = status.st_mode & S_IFMT
    guard fileType != S_IFDIR else { throw openingError(name, EISDIR) }

    let size = fileType == S_IFREG ? Int(status.st_size) : 0
    let isMapped = size > FileBytes.largestCopy && lseek(descriptor, 0, SEEK_CUR) == 0
    let bytes =
      isMapped
      ? try mapped(descriptor, name: name, size: size)
      : try readAll(descriptor, name: name, expecting: size, longestLine, FileBytes.largestStream)
    guard isGzip(bytes) else {
      self.init(name: name, bytes: bytes, isMapped: isMapped)
      return
    }
    defer { release(bytes, isMapped: isMapped) }
    let text = try gunzip(bytes, name: name, largest: FileBytes.largestStream)
    self.init(name: name, bytes: text, isMapped: false)
  }

  private init(name: String, bytes: UnsafeBufferPointer<UInt8>, isMapped: Bool) {
    self.name = name
    self.bytes = bytes
    self.isMapped = isMapped
  }

  deinit { release(bytes, isMapped: isMapped) }
}

private func release(_ bytes: UnsafeBufferPointer<UInt8>, isMapped: Bool) {
  if isMapped {
    munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
  } else {
    bytes.deallocate()
  }
}

/// Maps the whole file, which the caller must unmap.
private func mapped(
  _ descriptor: Int32, name: String, size: Int
) throws(TableError) -> UnsafeBufferPointer<UInt8> {
  guard let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
    throw openingError(name, errno)
  }
  madvise(start, size, MADV_SEQUENTIAL)
  return UnsafeBufferPointer(start: start.assumingMemoryBound(to: UInt8.self), count: size)
}

/// Reads to the end of the file into memory that the caller must deallocate.
private func readAll(
  _ descriptor: Int32, name: String, expecting size: Int, _ longestLine: Int, _ largest: Int
) throws(TableError) -> UnsafeBufferPointer<UInt8> {
  // One byte more than expected, so that the end of the file is seen without growing the memory.
  var memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(size + 1, 1 << 16), alignment: 16)
  var count = 0
  var lineStart = 0
  while true {
    if count == memory.count {
      let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: memory.count * 2, alignment: 16)
      larger.copyMemory(from: UnsafeRawBufferPointer(memory))
      memory.deallocate()
      memory = larger
    }
    let received = read(descriptor, memory.baseAddress?.advanced(by: count), memory.count - count)
    if received == 0 { break }
    if received < 0 {
      let code = errno
      if code == EINTR { continue }
      memory.deallocate()
      throw openingError(name, code)
    }
    // Only the latest newline matters: it bounds the unfinished line.
    var index = count + received
    while index > count, memory[index - 1] != Byte.newline, memory[index - 1] != Byte.carriageReturn { index -= 1 }
    if index > count { lineStart = index }
    count += received
    if count - lineStart > longestLine {
      memory.deallocate()
      throw TableError(.badData, file: name, message: longLineMessage(longestLine))
    }
    if count > largest {
      memory.deallocate()
      throw TableError(
        .badData, file: name,
        message: "the stream is longer than \(largest >> 30) GiB; save it to a file and name the file")
    }
  }
  let filled = UnsafeMutableRawBufferPointer(rebasing: memory[..<count])
  return UnsafeBufferPointer(filled.bindMemory(to: UInt8.self))
}

/// The message for a line that is longer than any table's.
func longLineMessage(_ longestLine: Int) -> String {
  "a line is longer than \(longestLine >> 20) MiB; a table has one row on each line; is this another kind of file?"
}

private func openingError(_ name: String, _ code: Int32) -> TableError {
  let message =
    switch code {
    case ENOENT, ENOTDIR: "no such file; check the name, or name '-' to read standard input"
    case EISDIR: "this is a directory; name a CSV or JSONL file in it"
    case EACCES, EPERM: "no permission to read the file; change its mode or copy it"
    default: "cannot read the file: \(String(cString: strerror(code)))"
    }
  return TableError(.missingInput, file: name, message: message)
}
