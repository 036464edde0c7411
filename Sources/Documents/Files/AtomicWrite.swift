import Foundation

extension DocumentFile {
  /// Writes `text` as UTF-8 to the file at `path`, or leaves what was there untouched; see the overload for bytes.
  public static func write(_ text: String, to path: String) throws(DocumentError) {
    try write(Array(text.utf8), to: path)
  }

  /// Writes `bytes` to the file at `path` so that a reader sees the old file or the new one, never a part of it.
  ///
  /// The bytes go to a new file in the same folder, reach the disk, and take the name by a rename. An existing file keeps
  /// its permissions and a symbolic link keeps pointing; a new file gets what the process's umask allows. `-` and
  /// `/dev/stdout` mean standard output; other devices and pipes are written directly, as they cannot be replaced.
  public static func write(_ bytes: some Sequence<UInt8>, to path: String) throws(DocumentError) {
    let bytes = Array(bytes)
    func failure(_ reason: String) -> DocumentError {
      let place = isStandardOutput(path) ? "to standard output" : "'\(path)'"
      return DocumentError("cannot write \(place): \(reason)", code: .cannotWrite)
    }

    if isStandardOutput(path) {
      if let code = writeAll(bytes, to: STDOUT_FILENO) { throw failure(reason(of: code)) }
      return
    }
    guard !path.isEmpty else { throw failure("the path is empty; name a file, or '-' for standard output") }
    guard !path.utf8.contains(0) else { throw failure("the path contains a NUL character") }

    let destination = resolved(path)
    var existingMode: mode_t?
    var status = stat()
    if stat(destination, &status) == 0 {
      switch status.st_mode & S_IFMT {
      case S_IFDIR:
        throw failure("it is a directory; name a file in it")
      case S_IFREG:
        // A rename needs no permission on the file itself, so a file protected against writing must be asked about.
        guard access(destination, W_OK) == 0 else { throw failure(reason(of: errno)) }
        existingMode = status.st_mode & 0o7777
      default:
        if let code = writeDirectly(bytes, to: destination) { throw failure(reason(of: code)) }
        return
      }
    }

    let folder = parent(of: destination)
    let temporary = folder + "/.\(String(UInt64.random(in: .min ... .max), radix: 36)).partial"
    let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard file >= 0 else {
      throw failure(errno == ENOENT ? "there is no folder '\(folder)'; create it first" : reason(of: errno))
    }
    if let code = fill(file, with: bytes, mode: existingMode) ?? move(temporary, to: destination) {
      unlink(temporary)
      throw failure(reason(of: code))
    }
    synchronize(folder: folder)
  }
}

private func isStandardOutput(_ path: String) -> Bool { path == "-" || path == "/dev/stdout" }

/// Writes all of `bytes` to an open file; returns the error number of the first failure.
package func writeAll(_ bytes: [UInt8], to file: Int32) -> Int32? {
  var written = 0
  while written < bytes.count {
    let count = bytes.withUnsafeBytes { write(file, $0.baseAddress?.advanced(by: written), bytes.count - written) }
    if count >= 0 {
      written += count
    } else if errno != EINTR {
      return errno
    }
  }
  return nil
}

private func fill(_ file: Int32, with bytes: [UInt8], mode: mode_t?) -> Int32? {
  var failure: Int32?
  if let mode, fchmod(file, mode) != 0 { failure = errno }
  if failure == nil { failure = writeAll(bytes, to: file) }
  if failure == nil, fsync(file) != 0 { failure = errno }
  // Some network file systems report a full disk only here.
  if close(file) != 0, failure == nil { failure = errno }
  return failure
}

private func move(_ temporary: String, to destination: String) -> Int32? {
  rename(temporary, destination) == 0 ? nil : errno
}

private func writeDirectly(_ bytes: [UInt8], to path: String) -> Int32? {
  let file = open(path, O_WRONLY | O_CLOEXEC)
  guard file >= 0 else { return errno }
  let failure = writeAll(bytes, to: file)
  return close(file) == 0 ? failure : failure ?? errno
}

/// Makes the rename itself durable. Some file systems cannot; the file is complete all the same, so that is no error.
private func synchronize(folder: String) {
  let handle = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
  guard handle >= 0 else { return }
  fsync(handle)
  close(handle)
}

private func resolved(_ path: String) -> String {
  guard let real = realpath(path, nil) else { return path }
  defer { free(real) }
  return String(cString: real)
}

private func parent(of path: String) -> String {
  guard let slash = path.lastIndex(of: "/") else { return "." }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}

private func reason(of code: Int32) -> String {
  String(cString: strerror(code))
}
