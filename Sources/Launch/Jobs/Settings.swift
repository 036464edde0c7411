import Documents

extension JobSpec {
  /// Settings in the order of their file, written as entries.
  public struct Settings: Sendable, Hashable, MutableCollection, RandomAccessCollection, RangeReplaceableCollection,
    ExpressibleByArrayLiteral
  {
    private var settings: [Setting]

    public init() { settings = [] }
    public init(arrayLiteral settings: Setting...) { self.settings = settings }
    public init(_ settings: some Sequence<Setting>) { self.settings = Array(settings) }

    public var startIndex: Int { settings.startIndex }
    public var endIndex: Int { settings.endIndex }
    public subscript(index: Int) -> Setting {
      get { settings[index] }
      set { settings[index] = newValue }
    }

    public mutating func replaceSubrange(_ range: Range<Int>, with new: some Collection<JobSpec.Setting>) {
      settings.replaceSubrange(range, with: new)
    }
  }
}

extension JobSpec.Settings: Codable, DocumentFormed {
  public static let documentForm = JSONSchema.map(.word)
  public static let documentPlaceholder = JobSpec.Settings()

  public init(from decoder: any Decoder) throws {
    self.init(try OrderedTexts(from: decoder).entries.map { JobSpec.Setting($0.name, $0.value) })
  }

  public func encode(to encoder: any Encoder) throws {
    try OrderedTexts(map { ($0.name, $0.value) }).encode(to: encoder)
  }
}
