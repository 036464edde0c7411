import Documents
import Planning
import Report
import ScalingLaws
import TrainingCost
import Workflows

/// A stored document that can be printed as the command that made it did.
protocol ShownDocument: Document {
  func text(on terminal: Terminal) -> String
}

extension ShownDocument {
  fileprivate static func value(text: String, from path: String) throws -> any ShownDocument {
    try read(text: text, from: path).value
  }
}

extension PlanDocument: ShownDocument {
  func text(on terminal: Terminal) -> String { PlanView(plan: self, terminal: terminal).text }
}

extension DesignDocument: ShownDocument {
  func text(on terminal: Terminal) -> String { DesignView(document: self, terminal: terminal).text }
}

/// The documents that `show` prints.
enum ShownDocuments {
  static let all: [any ShownDocument.Type] = ofLaws + ofCosts + ofPlans + ofSearch + ofLaunch

  private static let ofLaws: [any ShownDocument.Type] = [
    FitDocument.self, ProfileDocument.self, FitsDocument.self, LawComparison.self, Calibration.self,
    PredictCommand.Prediction.self, PredictCommand.Curve.self, BatchDocument.self, DensityDocument.self,
    ObservationDocument.self, SelectionDocument.self, MixtureDocument.self,
  ]
  private static let ofCosts: [any ShownDocument.Type] = [
    CostDocument.self, CostCheckDocument.self, CalibrationDocument.self, LayoutsDocument.self,
    MixedLayoutDocument.self, ShapeDocument.self, ModelsDocument.self, AcceleratorsDocument.self,
  ]
  private static let ofPlans: [any ShownDocument.Type] = [
    PlanDocument.self, DesignDocument.self, SplitDocument.self, RLPlanDocument.self,
  ]
  private static let ofLaunch: [any ShownDocument.Type] = [
    JobsDocument.self, RehearsalDocument.self, LoopReport.self,
  ]

  /// The document of a file, by its line `schema`.
  ///
  /// - Throws: ``DocumentError`` for a file that is missing, damaged, or of a kind that is not shown.
  static func read(_ path: String) throws -> any ShownDocument {
    let text = try DocumentFile.text(of: path, "document", remedy: "write one with '--output' of a command")
    let schema = try DocumentSource(path).schema(of: text)
    let node = try DocumentSource(path).node(text)
    let types = all.filter { $0.reads(schema) }
    // Some documents share a schema, such as fits by different approaches.
    guard let type = types.first(where: { $0.refusal(of: node) == nil }) ?? types.first else {
      let known = all.map { $0.schema }.sorted().joined(separator: ", ")
      throw DocumentError("\(path): there is nothing to show of '\(schema)'; there are \(known)")
    }
    return try type.value(text: text, from: path)
  }
}
