/// A column while its rows are read.
///
/// Whether a column holds numbers is known only after its last cell. A column starts as numbers; if a cell turns out to
/// be text, `foundText` is set and the reader reads the file a second time with that column as text. Text columns are
/// few and short, so that costs less than storing the place of every cell.
struct ColumnBuilder {
  let name: String
  let isText: Bool
  private(set) var foundText = false
  private var numbers: [Double] = []
  private var texts: [String] = []

  init(name: String, isText: Bool, rowEstimate: Int = 0) {
    self.name = name
    self.isText = isText
    if isText { texts.reserveCapacity(rowEstimate) } else { numbers.reserveCapacity(rowEstimate) }
  }

  /// The number of cells so far.
  var count: Int { isText ? texts.count : numbers.count }

  var column: Column { Column(name: name, values: isText ? .text(texts) : .numbers(numbers)) }

  mutating func append(number: Double) { numbers.append(number) }

  mutating func append(text: String) { texts.append(text) }

  /// Appends the value of a cell of a number column.
  mutating func append(cell: Cell) {
    switch cell {
    case .number(let value): numbers.append(value)
    case .missing: numbers.append(.nan)
    case .text:
      foundText = true
      numbers.append(.nan)
    }
  }

  /// Appends missing cells up to `count` cells.
  mutating func pad(to count: Int) {
    if isText {
      while texts.count < count { texts.append("") }
    } else {
      while numbers.count < count { numbers.append(.nan) }
    }
  }
}
