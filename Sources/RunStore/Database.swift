import GRDB

extension Configuration {
  /// The configuration of a file that one process writes while others may read it.
  static func store(readonly: Bool) -> Configuration {
    var configuration = Configuration()
    configuration.readonly = readonly
    configuration.busyMode = .timeout(10)
    configuration.journalMode = readonly ? .default : .wal
    return configuration
  }
}

/// Turns a database's error into a ``StoreError``.
///
/// - Parameter subject: what the file holds, for messages: `study`.
func performing<Value>(_ path: String, _ subject: String, _ body: () throws -> Value) throws(StoreError) -> Value {
  do {
    return try body()
  } catch let error as StoreError {
    throw error
  } catch let error as DatabaseError {
    switch error.resultCode {
    case .SQLITE_FULL:
      throw StoreError(.cannotWrite, "\(path): the disk is full; make room, then go on with the \(subject)")
    case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_IOERR, .SQLITE_PERM:
      throw StoreError(.cannotWrite, "\(path): it cannot be written: \(error.message ?? "unknown reason")")
    case .SQLITE_BUSY, .SQLITE_LOCKED: throw StoreError(.busy, "\(path): another process holds it; try again")
    default:
      throw StoreError(
        .badData, "\(path): this is no \(subject), or is damaged: \(error.message ?? "unknown reason")")
    }
  } catch {
    throw StoreError(.cannotWrite, "\(path): \(error)")
  }
}
