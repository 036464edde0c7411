extension Table {
  /// Reads a table from a file, or from standard input when `path` is `-`.
  ///
  /// The contents decide the format: CSV with a header (RFC 4180; separated by commas, semicolons or tabs), or JSONL
  /// with one flat object on each line. Throws a `TableError` with the place for anything that is not such a table.
  public static func read(_ path: String) throws(TableError) -> Table {
    let file = try FileBytes(path: path, longestLine: longestLine)
    return try parse(file.bytes, name: file.name)
  }

  /// Reads a table from the text of a file; `name` stands for the file in errors.
  public static func parse(_ text: String, name: String) throws(TableError) -> Table {
    try parse(Array(text.utf8), name: name)
  }

  /// Reads a table from the bytes of a file; `name` stands for the file in errors.
  public static func parse(_ bytes: [UInt8], name: String) throws(TableError) -> Table {
    try bytes.withUnsafeBufferPointer { buffer throws(TableError) in try parse(buffer, name: name) }
  }

  /// The largest number of bytes in a line.
  private static let longestLine = 64 << 20

  private static func parse(_ all: UnsafeBufferPointer<UInt8>, name: String) throws(TableError) -> Table {
    let bytes = withoutByteOrderMark(all)
    guard !bytes.isEmpty else {
      throw TableError(.badData, file: name, message: "the file is empty; expected a CSV header or JSONL objects")
    }
    if let kind = foreignFormat(bytes) {
      throw TableError(.badData, file: name, message: kind)
    }
    if let defect = firstDefect(in: bytes, longestLine: longestLine) {
      throw error(for: defect, in: bytes, name: name)
    }
    guard let first = bytes.firstIndex(where: { !isBlank($0) }) else {
      throw TableError(.badData, file: name, message: "the file is blank; expected a CSV header or JSONL objects")
    }
    let hash = { sha256(UnsafeRawBufferPointer(all)) }
    if bytes[first] == Byte.openBrace || hasJSONLinesName(name) {
      guard bytes[first] != Byte.openBracket else { throw jsonArray(name) }
      return try readJSONLines(bytes, name: name, fingerprint: hash)
    }
    let second = bytes[(first + 1)...].first { !isBlank($0) }
    if bytes[first] == Byte.openBracket, second == Byte.openBrace || second == Byte.openBracket {
      throw jsonArray(name)
    }
    return try readDelimited(bytes, name: name, fingerprint: hash)
  }

  private static func error(
    for defect: TextDefect, in bytes: UnsafeBufferPointer<UInt8>, name: String
  ) -> TableError {
    let (offset, message) =
      switch defect {
      case .zeroByte(let offset):
        (offset, "found a zero byte: this is a binary or damaged file; expected CSV or JSONL text")
      case .invalidUTF8(let offset):
        (offset, "byte \(offset + 1) of the file is not UTF-8; save the file as UTF-8 (iconv -t UTF-8 converts it)")
      case .longLine(let offset): (offset, longLineMessage(longestLine))
      }
    let line = 1 + bytes[..<offset].count { $0 == Byte.newline }
    return TableError(.badData, file: name, line: line, message: message)
  }
}

private func isBlank(_ byte: UInt8) -> Bool {
  byte == Byte.space || byte == Byte.tab || byte == Byte.newline || byte == Byte.carriageReturn
}

private func withoutByteOrderMark(_ bytes: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
  guard bytes.starts(with: [0xEF, 0xBB, 0xBF]) else { return bytes }
  return UnsafeBufferPointer(rebasing: bytes[3...])
}

private func hasJSONLinesName(_ name: String) -> Bool {
  [".jsonl", ".ndjson", ".json"].contains { ending in
    name.lowercased().hasSuffix(ending) || name.lowercased().hasSuffix(ending + ".gz")
  }
}

private func jsonArray(_ name: String) -> TableError {
  TableError(
    .badData, file: name, line: 1,
    message: "this is a JSON array; write one object on each line (jq -c '.[]' converts it)")
}

/// The message for a file whose first bytes are those of a well-known other format.
private func foreignFormat(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
  let formats: [(start: [UInt8], message: String)] = [
    ([0x28, 0xB5, 0x2F, 0xFD], "this is zstd-compressed; read it with zstdcat FILE and name '-' as the file"),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "this is xz-compressed; read it with xzcat FILE and name '-' as the file"),
    (Array("PK\u{3}\u{4}".utf8), "this is a zip archive or a spreadsheet; save the sheet as CSV"),
    (Array("PAR1".utf8), "this is a Parquet file; export it as CSV"),
    (Array("SQLite format 3".utf8), "this is an SQLite database; export the table as CSV"),
    ([0xFF, 0xFE], "this is UTF-16 text; save it as UTF-8"),
    ([0xFE, 0xFF], "this is UTF-16 text; save it as UTF-8"),
  ]
  return formats.first { bytes.starts(with: $0.start) }?.message
}
