import Documents
import Report
import Tables
import TrainingCost

/// The parts of a step's time and of a device's memory, and the timeline of a pipeline.
struct CostFigure {
  private let document: CostDocument
  private let simulation: PipelineSimulation?

  init(_ document: CostDocument, _ ranked: RankedLayout, _ model: StepModel) throws {
    self.document = document
    simulation = ranked.layout.pipeline > 1 ? try model.simulate(ranked.layout) : nil
  }

  var grid: PlotGrid {
    let bars = [
      stacked(document.layout.seconds, scale: 1, title: "Time of a step", axis: "seconds"),
      stacked(document.layout.bytes, scale: 1e-9, title: "Memory of a device", axis: "GB"),
    ]
    return PlotGrid(
      title: "\(document.model) on \(document.devices) \(document.accelerator): \(document.layout.summary)",
      rows: [bars] + (simulation.map { [[timeline($0)]] } ?? []))
  }

  /// Parts one after another along x.
  private func stacked(
    _ parts: [LayoutsDocument.Entry.Part], scale: Double, title: String, axis: String
  ) -> Plot {
    var from = 0.0
    var layers: [Plot.Layer] = []
    for (index, part) in parts.enumerated() {
      let to = from + part.value * scale
      layers.append(
        .spans(
          .init(
            start: [from], end: [to], y: [Double(parts.count - index)], ink: .index(index),
            label: "\(part.part) \(NumberText.rounded(part.value * scale))")))
      from = to
    }
    return Plot(title: title, x: .init(axis), y: .init("", range: 0.4...(Double(parts.count) + 0.6)), layers: layers)
  }

  /// One row for each stage. For a long step only the beginning, in which the pipeline fills.
  private func timeline(_ simulation: PipelineSimulation) -> Plot {
    let stages = simulation.devices.count
    let shown = min(simulation.time, simulation.time * Double(4 * stages) / Double(document.layout.microBatches))
    let layers: [Plot.Layer] = simulation.timeline(in: 0...shown).map { lane in
      let chunk = lane.chunk > 0 ? ", chunk \(lane.chunk + 1)" : ""
      return .spans(
        .init(
          start: lane.start, end: lane.end.map { min($0, shown) }, y: lane.device.map { Double($0 + 1) },
          label: lane.kind.rawValue + chunk))
    }
    return Plot(
      title: "The pipeline (\(document.layout.layout.schedule.rawValue))",
      subtitle: shown < simulation.time
        ? "the first \(formatDuration(shown)) of \(formatDuration(simulation.time))" : "",
      x: .init("seconds", range: 0...shown), y: .init("stage", range: 0.4...(Double(stages) + 0.6)), layers: layers,
      width: 1440)
  }
}
