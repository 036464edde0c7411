import Documents
import Foundation
import Tables

/// The kinds of engine that files and stores can name.
///
/// ```swift
/// let engines = EngineRegistry.builtIn.adding(MyEngine.Options.self)
/// let file = try JobFile(path: "jobs.yaml", engines: engines)
/// ```
public struct EngineRegistry: Sendable {
  /// The kinds, in the order in which messages list them.
  public let kinds: [any EngineOptions.Type]

  /// The kinds that come with the library.
  public static let builtIn = EngineRegistry([
    LocalEngine.Options.self, SlurmEngine.Options.self, RayEngine.Options.self, KubernetesEngine.Options.self,
    SkyPilotEngine.Options.self,
  ])

  public init(_ kinds: [any EngineOptions.Type]) { self.kinds = kinds }

  /// This registry with one more kind, which replaces one of the same name.
  public func adding(_ kind: any EngineOptions.Type) -> EngineRegistry {
    EngineRegistry(kinds.filter { $0.kind != kind.kind } + [kind])
  }

  /// The kind of a name; nil where there is none.
  public func named(_ name: String) -> (any EngineOptions.Type)? { kinds.first { $0.kind == name } }

  /// The engine that a file names: `engine: local`, or `engine: {kind: slurm, partition: gpu}`; local where it names none.
  ///
  /// - Parameter instead: a kind's name that stands in for the file's; the file's options hold where it is the same.
  /// - Throws: `DocumentError` with the place of what is missing or wrong.
  public func choice(in file: YAMLSection, instead: String? = nil) throws(DocumentError) -> EngineChoice {
    let example = "'engine: local' or '{kind: slurm, partition: gpu}'"
    let section = file.hasSection("engine") ? try file.section("engine", example: example) : nil
    var given = try file.hasSection("engine") ? nil : file.text("engine")
    if let section { given = try section.needed("kind", "{kind: slurm}", try section.text("kind")) }
    let name = instead ?? given ?? LocalEngine.Options.kind
    guard let kind = named(name) else {
      let names = kinds.map { $0.kind }.joined(separator: ", ")
      let message = "there is no engine '\(name.prefix(60))'; there are \(names)"
      throw section?.fault("kind", message) ?? file.fault("engine", message)
    }
    return EngineChoice(try kind.init(name == given ? section : nil, of: file))
  }

  /// The engine that a launch's store names, as ``EngineChoice/stored()`` wrote it.
  ///
  /// - Throws: `DocumentError` for a kind that is not known, or options that cannot be read.
  public func choice(stored text: String) throws(DocumentError) -> EngineChoice {
    do {
      return try JSONDecoder().decode(Stored.self, from: Data(text.utf8), configuration: self).choice
    } catch let error as DocumentError {
      throw error
    } catch {
      throw DocumentError("the launch's engine cannot be read; it was written by another version: \(text.prefix(200))")
    }
  }

  private struct Stored: DecodableWithConfiguration {
    let choice: EngineChoice

    init(from decoder: any Decoder, configuration registry: EngineRegistry) throws {
      let container = try decoder.container(keyedBy: EngineKey.self)
      let key = container.allKeys.first ?? EngineKey("")
      guard let kind = registry.named(key.stringValue), try !container.decodeNil(forKey: key) else {
        throw DocumentError(
          "the jobs run on the engine '\(key.stringValue.prefix(60))', which is not known here: only the program that "
            + "launched them can reach it")
      }
      func read<Options: EngineOptions>(_ kind: Options.Type) throws -> EngineChoice {
        // Earlier versions wrote the options under a key of their own.
        let inner = EngineKey("_0")
        if let nested = try? container.nestedContainer(keyedBy: EngineKey.self, forKey: key), nested.contains(inner) {
          return EngineChoice(try nested.decode(kind, forKey: inner))
        }
        return EngineChoice(try container.decode(kind, forKey: key))
      }
      choice = try read(kind)
    }
  }
}
