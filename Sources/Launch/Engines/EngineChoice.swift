import Documents

/// The engine that runs the jobs of a launch.
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
    let options =
      switch source {
      case .options(let options): try DocumentNode(of: options)
      case .engine: DocumentNode(.null)
      }
    return DocumentNode(.entries([.init(kind, options)])).json
  }
}
