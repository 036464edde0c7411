import Documents
import Foundation
import Report
import Tables
import TrainingCost

/// A step shared by different accelerators as a document, `windtunnel.mixed-layout/2`.
struct MixedLayoutDocument: Document {
  static let schema = "windtunnel.mixed-layout/2"
  static let kind = "mixed layout"
  static let remedy = "write one by 'windtunnel layout --output'"

  var model: String
  var workload: TrainingWorkload
  var stepSeconds: Double
  var betweenGroupsSeconds: Double
  var tokensPerSecond: Double
  var groups: [Group]
  var assumptions: [String]

  struct Group: Codable {
    var accelerator: String
    var devices: Int
    var sequences: Int
    /// The share of the step in which the group waits.
    var idle: Double
    var layout: LayoutsDocument.Entry
  }

  init(_ mixed: MixedLayout, _ workload: TrainingWorkload, name: String, notes: [String]) throws {
    model = name
    self.workload = workload
    stepSeconds = mixed.seconds
    betweenGroupsSeconds = mixed.betweenGroups
    tokensPerSecond = workload.tokensPerStep / mixed.seconds
    groups = try mixed.groups.map { group in
      var part = workload
      part.globalBatch = group.sequences
      let model = try StepModel(part, on: group.cluster)
      return Group(
        accelerator: group.cluster.accelerator.name, devices: group.cluster.count, sequences: group.sequences,
        idle: group.idle, layout: LayoutsDocument.Entry(group.layout, model))
    }
    assumptions = notes
  }
}

/// The table that `layout` prints for a step shared by groups.
struct MixedLayoutView {
  private let document: MixedLayoutDocument
  private let terminal: Terminal

  init(_ document: MixedLayoutDocument, terminal: Terminal = .standardOutput) {
    (self.document, self.terminal) = (document, terminal)
  }

  var text: String {
    let (groups, workload) = (document.groups, document.workload)
    var table = TextTable(
      [
        .init("group"), .init("sequences", .right), .init("share", .right), .init("its step", .right),
        .init("waits", .right), .init("MFU", .right), .init("memory", .right), .init("layout", wraps: true),
      ], terminal: terminal)
    for group in groups {
      table.add([
        "\(group.devices) \(group.accelerator)", "\(group.sequences)",
        NumberText.percent(Double(group.sequences) / Double(workload.globalBatch)),
        formatDuration(group.layout.stepSeconds), NumberText.percent(group.idle, 2),
        NumberText.percent(group.layout.mfu), formatBytes(group.layout.memoryBytes), group.layout.summary,
      ])
    }
    let title = terminal.styled(
      "\(document.model) on \(groups.map { "\($0.devices) \($0.accelerator)" }.joined(separator: " + "))", .bold)
    var lines = [
      "\(title), \(workload.globalBatch) sequences of \(workload.sequence) per step", "",
      table.render(width: max(80, terminal.columns)),
      "",
      "\(formatDuration(document.stepSeconds)) per step, \(formatCount(document.tokensPerSecond)) tokens/s; gradients "
        + "between the groups take \(formatDuration(document.betweenGroupsSeconds)) of it", "",
    ]
    lines += document.assumptions.map {
      wrapped($0, label: terminal.styled("assumed", .dim), labelWidth: 7, width: terminal.columns)
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
