import Glibc

/// An exclusive lock on a file, which the system releases when its process ends.
final class FileLock: Sendable {
  private let descriptor: Int32

  /// - Parameter subject: what is locked, for messages: `study`.
  /// - Throws: ``StoreError`` where another process holds it.
  init(_ path: String, subject: String) throws(StoreError) {
    // Closed on exec, so that child processes do not hold the lock after this one ends.
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw StoreError(.cannotWrite, "\(path): cannot be opened: \(String(cString: strerror(errno)))")
    }
    // Asking whether the lock is held takes it for a moment.
    for _ in 0..<3 {
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return }
      usleep(20_000)
    }
    throw StoreError(.busy, "\(path): another process runs this \(subject); wait for it, or stop it first")
  }

  /// Whether a process holds the lock on a file.
  static func isHeld(_ path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0
  }

  deinit { close(descriptor) }
}
