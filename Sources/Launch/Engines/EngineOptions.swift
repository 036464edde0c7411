import Documents
import Foundation
import Tables

/// The options of one kind of engine: how a file says them, how a launch's store keeps them, and the engine that they make.
///
/// A caller's own kind conforms to this and is added to an ``EngineRegistry``; files name it then as they name those of the
/// library, and whoever opens the launch later with that registry can cancel its jobs. Where no file names it,
/// ``EngineChoice/init(engine:)`` takes an engine as it is.
public protocol EngineOptions: Codable, Hashable, Sendable {
  /// The name of the kind in a file.
  static var kind: String { get }

  /// Reads the entry `engine` of a file, `{kind: slurm, partition: gpu}`.
  ///
  /// - Parameters:
  ///   - section: nil where only the kind is named, as in `engine: slurm`.
  ///   - file: the file that the entry belongs to, for messages.
  /// - Throws: `DocumentError` with the place of what is missing or wrong.
  init(_ section: YAMLSection?, of file: YAMLSection) throws(DocumentError)

  /// The engine of these options.
  func engine() async -> any Engine
}

/// Which engine runs the jobs of a launch.
public struct EngineChoice: Sendable {
  /// The kind's name, as ``EngineOptions/kind`` or ``Engine/kind`` says.
  public let kind: String
  private let source: Source

  private enum Source: Sendable {
    case options(any EngineOptions)
    case engine(any Engine)
  }

  /// Processes of this machine.
  public static let local = EngineChoice(LocalEngine.Options())

  /// An engine by its options.
  public init(_ options: some EngineOptions) {
    kind = type(of: options).kind
    source = .options(options)
  }

  /// An engine as it is. A store keeps only its kind, so its jobs can be cancelled only by who has it.
  public init(engine: some Engine) {
    kind = engine.kind
    source = .engine(engine)
  }

  /// The engine.
  public func engine() async -> any Engine {
    switch source {
    case .options(let options): await options.engine()
    case .engine(let engine): engine
    }
  }

  /// The choice as a launch's store keeps it: a JSON object with the options under the kind's name.
  ///
  /// - Throws: `EncodingError` for a number that is not finite.
  public func stored() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return String(decoding: try encoder.encode(Stored(choice: self)), as: UTF8.self)
  }

  private struct Stored: Encodable {
    let choice: EngineChoice

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: EngineKey.self)
      switch choice.source {
      case .options(let options): try container.encode(options, forKey: EngineKey(choice.kind))
      case .engine: try container.encodeNil(forKey: EngineKey(choice.kind))
      }
    }
  }
}

/// A kind's name as a key.
struct EngineKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  init(_ kind: String) { stringValue = kind }

  init?(stringValue: String) { self.init(stringValue) }

  init?(intValue: Int) { nil }
}
