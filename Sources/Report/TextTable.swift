/// A table of text for a terminal: a header, a thin rule, and rows in aligned columns, without boxes.
public struct TextTable: Sendable {
  /// The alignment of the cells of a column.
  public enum Alignment: Sendable {
    case left
    case right
    /// By the decimal point, so that the units digits of `1`, `0.3473(24)` and `12.3(4.5)` line up.
    case decimal
  }

  /// A column: its title, its alignment, and whether it wraps when the table is too wide.
  public struct Column: Sendable {
    public var title: String
    public var alignment: Alignment
    /// Text in this column wraps at words. The first such column of a table wraps; others keep their width.
    public var wraps: Bool

    public init(_ title: String, _ alignment: Alignment = .left, wraps: Bool = false) {
      self.title = title
      self.alignment = alignment
      self.wraps = wraps
    }
  }

  public var columns: [Column]
  /// A line above the header, left out if empty.
  public var title: String
  /// The terminal for styles: the header is bold and the rule dim; plain text if the terminal has no color.
  public var terminal: Terminal
  private var rows: [Row] = []

  public init(
    _ columns: [Column], title: String = "", terminal: Terminal = Terminal(isInteractive: false, usesColor: false)
  ) {
    self.columns = columns
    self.title = title
    self.terminal = terminal
  }

  /// Adds a row. Missing cells are empty and cells beyond the last column are left out.
  public mutating func add(_ cells: [String]) {
    let filled = columns.indices.map { $0 < cells.count ? singleLine(cells[$0]) : "" }
    rows.append(.cells(filled))
  }

  /// Adds a thin rule, for instance above a total.
  public mutating func addRule() {
    rows.append(.rule)
  }

  /// The table as lines that end in a line break, at most `width` columns wide as far as the wrapping column allows.
  public func render(width: Int = .max) -> String {
    let titles = columns.map { singleLine($0.title) }
    let aligned = rows.aligned(columns)
    var widths = columns.indices.map { column in
      aligned.reduce(displayWidth(titles[column])) { widest, row in
        guard case .cells(let cells) = row else { return widest }
        return max(widest, displayWidth(cells[column]))
      }
    }
    let natural = widths.reduce(0, +) + gap.count * max(0, columns.count - 1)
    if natural > width, let flexible = columns.firstIndex(where: \.wraps) {
      widths[flexible] = max(narrowest, widths[flexible] - (natural - width))
    }
    let rule = terminal.styled(widths.map { String(repeating: "─", count: $0) }.joined(separator: gap), .dim)
    var lines = title.isEmpty ? [] : [terminal.styled(singleLine(title), .bold)]
    lines += self.lines(titles, widths: widths).map { terminal.styled($0, .bold) }
    lines.append(rule)
    for row in aligned {
      switch row {
      case .rule: lines.append(rule)
      case .cells(let cells): lines += self.lines(cells, widths: widths)
      }
    }
    return lines.map { $0 + "\n" }.joined()
  }

  /// One row as the lines that it takes after its wrapping cells are broken.
  private func lines(_ cells: [String], widths: [Int]) -> [String] {
    let broken = columns.indices.map { column in
      columns[column].wraps ? wrapped(cells[column], to: widths[column]) : [cells[column]]
    }
    return (0..<(broken.map(\.count).max() ?? 0)).map { line in
      let padded = columns.indices.map { column in
        let text = line < broken[column].count ? broken[column][line] : ""
        let padding = String(repeating: " ", count: max(0, widths[column] - displayWidth(text)))
        return columns[column].alignment == .left ? text + padding : padding + text
      }
      return padded.joined(separator: gap).trimmingTrailingSpaces
    }
  }
}

private let gap = "  "
private let narrowest = 12

private enum Row {
  case cells([String])
  case rule
}

extension [Row] {
  /// The rows with the cells of decimal columns padded on the right so that their points line up when right-aligned.
  fileprivate func aligned(_ columns: [TextTable.Column]) -> [Row] {
    let tails = columns.indices.map { column -> Int in
      guard columns[column].alignment == .decimal else { return 0 }
      return reduce(0) { longest, row in
        guard case .cells(let cells) = row else { return longest }
        return Swift.max(longest, tailWidth(cells[column]) ?? 0)
      }
    }
    return map { row in
      guard case .cells(let cells) = row else { return row }
      return .cells(
        columns.indices.map { column in
          guard let tail = tailWidth(cells[column]) else { return cells[column] }
          return cells[column] + String(repeating: " ", count: Swift.max(0, tails[column] - tail))
        })
    }
  }
}

/// The width of the text after the units digit of a number, or nil for words, which have none.
private func tailWidth(_ cell: String) -> Int? {
  guard let firstDigit = cell.firstIndex(where: { ("0"..."9").contains($0) }) else {
    // A lone dash for a missing number is aligned with the units.
    return displayWidth(cell) == 1 ? 0 : nil
  }
  let tail = cell[firstDigit...].drop { ("0"..."9").contains($0) || $0 == "," || $0 == "_" }
  return displayWidth(String(tail))
}

/// `text` broken at spaces into lines of at most `width` columns; a word wider than that is broken inside.
private func wrapped(_ text: String, to width: Int) -> [String] {
  var lines: [String] = []
  var line = ""
  for word in text.split(separator: " ") {
    let joined = line.isEmpty ? String(word) : "\(line) \(word)"
    if displayWidth(joined) <= width {
      line = joined
      continue
    }
    if !line.isEmpty { lines.append(line) }
    line = ""
    for character in word {
      if displayWidth(line + String(character)) > width, !line.isEmpty {
        lines.append(line)
        line = ""
      }
      line.append(character)
    }
  }
  return line.isEmpty && !lines.isEmpty ? lines : lines + [line]
}

extension String {
  fileprivate var trimmingTrailingSpaces: String {
    var copy = self
    while copy.last == " " { copy.removeLast() }
    return copy
  }
}
