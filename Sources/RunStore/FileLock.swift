import Glibc

/// An exclusive lock on a file, which the system takes back when its process ends.
final class FileLock: Sendable {
  private let descriptor: Int32

  /// - Throws: ``StoreError`` where another process holds it.
  init(_ path: String) throws(StoreError) {
    // Closed on exec, or else what the process started would hold the lock after its end.
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw StoreError(.cannotWrite, "\(path): cannot be opened: \(String(cString: strerror(errno)))")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw StoreError(.busy, "\(path): another process runs this study; wait for it, or stop it first")
    }
  }

  deinit { close(descriptor) }
}
