import Documents
import Foundation
import Tables

extension RayEngine.Options {
  public static let kind = "ray"

  public init(_ section: YAMLSection?, of file: YAMLSection) throws(DocumentError) {
    try self.init(section ?? file.names.reduce(file) { $0.without($1) })
  }

  public func engine() async -> any Engine { RayEngine(self) }

  /// Reads `engine: {kind: ray, address: "http://head:8265"}`.
  init(_ section: YAMLSection) throws(DocumentError) {
    try section.checkKeys(["kind", "address", "token_variable", "outstanding", "poll"])
    let example = "http://localhost:8265"
    let text = try section.text("address") ?? example
    guard let address = URL(string: text), ["http", "https"].contains(address.scheme), address.host?.isEmpty == false
    else { throw section.fault("address", "it should be that of Ray's dashboard, as \(example)") }
    self.init(address: address)
    if let variable = try section.text("token_variable") {
      try section.variables("token_variable", [variable])
      tokenVariable = variable
    }
    outstanding = try section.count("outstanding") ?? outstanding
    polling = try section.polling(least: 1) ?? polling
  }
}
