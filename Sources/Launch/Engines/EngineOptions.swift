import Documents
import Foundation

/// The options of one kind of engine, as a file has them, `engine: {kind: slurm, partition: gpu}`, and a launch's store keeps
/// them, and the engine that they make.
///
/// A caller's own kind conforms to this and is added to an ``EngineRegistry``; files name it then as they name those of the
/// library, and whoever opens the launch later with that registry can cancel its jobs. Where no file names it,
/// ``EngineChoice/init(engine:)`` takes an engine as it is.
///
/// Files use the names of the coding keys in snake case, and may leave out all but ``required`` ones. An
/// option that makes no sense is refused by `DocumentChecked`.
public protocol EngineOptions: DocumentPart, Hashable {
  /// The name of the kind in a file.
  static var kind: String { get }

  /// The options that hold where a file does not say others.
  static var defaults: Self { get }

  /// The names of options that a file has to say.
  static var required: Set<String> { get }

  /// The engine of these options.
  func engine() async -> any Engine
}

extension EngineOptions {
  public static var required: Set<String> { [] }

  /// The options that a part of a file says.
  ///
  /// - Parameter part: nil where the file says only the kind.
  /// - Throws: ``DocumentError`` with the place of what is missing or wrong.
  static func read(_ part: EngineEntry?, from path: String) throws(DocumentError) -> Self {
    let options = try part?.part(of: Self.self) ?? Partial("engine", from: path)
    return try options.resolved(over: defaults, required: required)
  }
}

/// The entry `engine` of a file.
public typealias EngineEntry = NamedPart<BuiltInEngines>

/// The kinds of engine that come with the library.
public enum BuiltInEngines: NamedParts {
  static let kinds: [any EngineOptions.Type] = [
    LocalEngine.Options.self, SlurmEngine.Options.self, RayEngine.Options.self, KubernetesEngine.Options.self,
    SkyPilotEngine.Options.self,
  ]
  public static var parts: [(name: String, model: any DocumentPart.Type)] { kinds.map { ($0.kind, $0) } }
  public static let example = "engine: {kind: slurm, partition: gpu}"
}
