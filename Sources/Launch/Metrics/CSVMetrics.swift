import Foundation

/// A table whose rows are added while a command runs. Empty cells and text are not metrics.
///
/// Some loggers rewrite the whole file when a column is added: rows that were read before are then not returned again. The
/// reader of run tables needs a complete and valid file, so this one splits rows by itself.
struct CSVMetrics: MetricsFormat {
  private var file: GrowingFile
  /// The names in the header; empty before there is one.
  private var columns: [String] = []
  private var delimiter = UInt8(ascii: ",")
  /// A hash of every row that was returned, in order.
  private var told: [Int] = []
  /// The number of rows that were read of the file as it is now.
  private var rowCount = 0
  private(set) var problems = MetricsProblems()

  /// The longest quoted cell; a longer one is taken as having no closing quote.
  private static let longestRow = 1 << 20

  init(_ path: String) { file = GrowingFile(path) }

  mutating func read(atEnd: Bool) -> [[String: Double]] {
    var found: [[String: Double]] = []
    loop: while true {
      switch file.fill() {
      case .none: break loop
      case .more: break
      case .restarted: (columns, rowCount) = ([], 0)
      }
      readRows(&found, atEnd: false)
    }
    if atEnd { readRows(&found, atEnd: true) }
    return found
  }

  private mutating func readRows(_ found: inout [[String: Double]], atEnd: Bool) {
    let bytes = file.unread
    var position = 0
    while position < bytes.count {
      if columns.isEmpty { delimiter = Self.mostFrequentDelimiter(bytes[position...]) }
      var row = CSVRow(bytes[position...], delimiter: delimiter)
      if !row.isComplete {
        let lineEnd = bytes[position...].firstIndex(of: 10)
        if row.isInQuotes, let lineEnd, atEnd || bytes.count - position > Self.longestRow {
          problems.note("\(file.name): a quote opens in a row and closes nowhere")
          position = lineEnd + 1
          continue
        }
        guard atEnd else { break }
        row.end = bytes.count
      }
      position = row.end
      add(row, to: &found)
    }
    file.take(position)
  }

  private mutating func add(_ row: CSVRow, to found: inout [[String: Double]]) {
    guard !row.isBlank else { return }
    guard !columns.isEmpty else {
      columns = row.cells
      return
    }
    guard row.cells.count == columns.count else {
      problems.note("\(file.name): a row has not as many cells as the header")
      return
    }
    var values: [String: Double] = [:]
    for (name, cell) in zip(columns, row.cells) where !name.isEmpty && !cell.isEmpty {
      if let number = Double(cell) { values[name] = number }
    }
    guard !values.isEmpty else { return }
    let mark = values.hashValue
    defer { rowCount += 1 }
    if rowCount < told.count {
      if told[rowCount] == mark { return }
      told.removeLast(told.count - rowCount)
    }
    told.append(mark)
    found.append(values)
  }

  /// The most frequent delimiter of the header; the comma when in doubt.
  private static func mostFrequentDelimiter(_ bytes: ArraySlice<UInt8>) -> UInt8 {
    let header = bytes.prefix { $0 != 10 }
    let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")]
    let counts = candidates.map { candidate in header.count { $0 == candidate } }
    return counts.max().flatMap { counts.firstIndex(of: $0) }.map { candidates[$0] } ?? candidates[0]
  }
}

/// The first row of a text that may go on (RFC 4180).
private struct CSVRow {
  /// Without quotes, and without the spaces around a cell.
  private(set) var cells: [String] = []
  /// The offset of the next row.
  var end: Int
  /// Whether something ends the row.
  private(set) var isComplete = false
  private(set) var isInQuotes = false

  init(_ bytes: ArraySlice<UInt8>, delimiter: UInt8) {
    let quote = UInt8(ascii: "\"")
    end = bytes.endIndex
    var cell: [UInt8] = []
    var isStart = true
    var index = bytes.startIndex
    while index < bytes.endIndex {
      let byte = bytes[index]
      index += 1
      if isInQuotes {
        if byte != quote {
          cell.append(byte)
        } else if index < bytes.endIndex, bytes[index] == quote {
          cell.append(quote)
          index += 1
        } else {
          isInQuotes = false
        }
      } else if byte == quote, isStart {
        isInQuotes = true
        isStart = false
      } else if byte == delimiter {
        close(&cell)
        isStart = true
      } else if byte == 10 {
        isComplete = true
        end = index
        break
      } else {
        cell.append(byte)
        isStart = false
      }
    }
    close(&cell)
  }

  var isBlank: Bool { cells.count == 1 && cells[0].isEmpty }

  private mutating func close(_ cell: inout [UInt8]) {
    if cells.isEmpty, cell.starts(with: [0xEF, 0xBB, 0xBF]) { cell.removeFirst(3) }
    cells.append(String(decoding: cell, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
    cell.removeAll(keepingCapacity: true)
  }
}
