import Foundation

/// What a running command has written of its metrics, read as it grows.
public struct MetricsReader {
  /// Where metrics stand.
  public enum Source: Sendable, Hashable {
    /// One JSON object a line, in the file that `WINDTUNNEL_METRICS` names or on standard output.
    case jsonLines
    /// Patterns with one group each, by the name of the metric, sought in every line of the output.
    case patterns([String: String])
    /// A JSON file that is written at the end, beside the trial's other files.
    case file(String)
  }

  private let files: [String]
  private var offsets: [UInt64]
  private var unfinished: [Data]
  private let patterns: [(name: String, regex: Regex<AnyRegexOutput>)]
  private let isJSON: Bool
  /// Whether the file is one object, on as many lines as it likes, and not an object a line.
  private let isOneObject: Bool

  /// - Throws: ``LaunchError`` for a pattern that cannot be read or has no group.
  public init(_ source: Source, directory: String, outputPath: String, metricsPath: String) throws(LaunchError) {
    switch source {
    case .jsonLines:
      files = [metricsPath, outputPath]
      patterns = []
    case .patterns(let given):
      files = [outputPath]
      patterns = try given.sorted { $0.key < $1.key }.map { name, text throws(LaunchError) in
        (name, try Self.regex(text))
      }
    case .file(let name):
      files = [name.hasPrefix("/") ? name : "\(directory)/\(name)"]
      patterns = []
    }
    isJSON = patterns.isEmpty
    if case .file = source { isOneObject = true } else { isOneObject = false }
    offsets = files.map { _ in 0 }
    unfinished = files.map { _ in Data() }
  }

  /// A pattern with a group for the number.
  public static func regex(_ text: String) throws(LaunchError) -> Regex<AnyRegexOutput> {
    do {
      return try Regex(text)
    } catch {
      throw LaunchError("'\(text)' is no regular expression: \(error)")
    }
  }

  /// The metrics of all lines since the last call, in the order of each file. A line that is still being written is kept for
  /// later, unless this is the end; a file that is one object is read at the end.
  public mutating func read(atEnd: Bool = false) -> [[String: Double]] {
    if isOneObject {
      guard atEnd, let text = FileManager.default.contents(atPath: files[0]) else { return [] }
      return Self.numbers(inJSON: text).map { [$0] } ?? []
    }
    return files.indices.flatMap { index in
      lines(index, atEnd: atEnd).compactMap { isJSON ? Self.numbers(inJSON: $0) : matches($0) }
    }
  }

  private mutating func lines(_ index: Int, atEnd: Bool) -> [Data] {
    guard let handle = FileHandle(forReadingAtPath: files[index]) else { return [] }
    defer { try? handle.close() }
    guard (try? handle.seek(toOffset: offsets[index])) != nil, let new = try? handle.readToEnd() ?? Data() else {
      return []
    }
    offsets[index] += UInt64(new.count)
    var lines = (unfinished[index] + new).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let last = lines.popLast() ?? Data()
    unfinished[index] = atEnd ? Data() : Data(last)
    return (atEnd ? lines + [last] : lines).map { Data($0) }
  }

  /// The numbers of a JSON object, NaN where it says so; nil for anything else.
  static func numbers(inJSON line: Data) -> [String: Double]? {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    guard let values = try? decoder.decode([String: MetricValue?].self, from: quotingNonFinite(line)) else {
      return nil
    }
    return values.compactMapValues { $0 == nil ? .nan : $0?.number }
  }

  /// Python writes NaN and Infinity bare, which JSON does not know.
  private static func quotingNonFinite(_ line: Data) -> Data {
    let text = String(decoding: line, as: UTF8.self)
    guard text.contains("NaN") || text.contains("Infinity") else { return line }
    return Data(text.replacing(/:\s*(-?Infinity|NaN)\b/) { ": \"\($0.output.1)\"" }.utf8)
  }

  private func matches(_ line: Data) -> [String: Double]? {
    let text = String(decoding: line, as: UTF8.self)
    var found: [String: Double] = [:]
    for (name, regex) in patterns {
      guard let match = text.firstMatch(of: regex), match.output.count > 1, let group = match.output[1].substring else {
        continue
      }
      found[name] = Double(group)
    }
    return found.isEmpty ? nil : found
  }
}

/// A value of a metrics line, of which only numbers count, and null for one that JSON has no word for.
private struct MetricValue: Decodable {
  let number: Double?

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    number = container.decodeNil() ? .nan : try? container.decode(Double.self)
  }
}
