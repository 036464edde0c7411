import Documents
import Foundation
import Report
import Tables
import TrainingCost

/// The tables of shapes.
struct ShapeView {
  private let document: ShapeDocument
  private let terminal: Terminal

  init(_ document: ShapeDocument, terminal: Terminal = .standardOutput) {
    (self.document, self.terminal) = (document, terminal)
  }

  var text: String {
    var parts: [String] = []
    if let wanted = document.wantedParams { parts.append(proposals(wanted)) }
    if let first = document.shapes.first { parts += [components(first), training(first)] }
    let notes = document.notes.map {
      wrapped($0, label: terminal.styled("note", .dim), labelWidth: 4, width: terminal.columns) + "\n"
    }
    if !notes.isEmpty { parts.append(notes.joined()) }
    return parts.joined(separator: "\n")
  }

  /// Notes on the proportions of a shape.
  static func notes(of shape: TransformerShape) -> [String] {
    let rule = AspectRule.published
    let usual = rule.usual(nonEmbedding: Double(max(1, shape.parameters.activeNonEmbedding)))
    let limit = AspectRule.depthLimit(hidden: shape.hidden)
    var notes = [
      "hidden size over layers is \(NumberText.rounded(Double(shape.hidden) / Double(shape.layers))) in the best "
        + "shape; \(rule.models) published dense models have \(NumberText.rounded(rule.at7B)) "
        + "(N/7B)^\(NumberText.rounded(rule.exponent, 2)), "
        + "here \(NumberText.rounded(usual)), within a factor of \(NumberText.rounded(exp(rule.spread), 2)). The loss "
        + "depends little on it (Kaplan et al. 2020: 3 % from 6 layers of 4288 to 48 of 1600)"
    ]
    let count = shape.parameters
    let embeddings = Double(count.inputEmbedding + count.outputEmbedding) / Double(count.active)
    if embeddings > 0.4 {
      notes.append(
        "the embeddings are \(NumberText.percent(embeddings, 2)) of the parameters that a token uses: a smaller "
          + "--vocab leaves more to the layers")
    }
    if limit >= 1 {
      notes.append(
        "at a hidden size of \(shape.hidden), width is worth more than further depth beyond \(Int(limit.rounded())) "
          + "layers (Levine et al. 2020)")
    }
    return notes
  }

  private func proposals(_ wanted: Double) -> String {
    var table = TextTable(
      [
        .init("shape"), .init("layers", .right), .init("hidden", .right), .init("heads", .right), .init("MLP", .right),
        .init("params", .right), .init("off by", .right), .init("without emb.", .right), .init("a token's", .right),
        .init("training FLOP", .right),
      ], title: "Shapes of \(formatParams(wanted))", terminal: terminal)
    for entry in document.shapes {
      let (shape, params) = (entry.shape, entry.params)
      table.add([
        entry.role?.rawValue ?? "", "\(shape.layers)", "\(shape.hidden)", Self.heads(shape), Self.mlp(shape),
        formatCount(Double(params.total)), percent(entry.sizeError ?? 0), formatCount(Double(params.nonEmbedding)),
        formatCount(Double(params.active)), formatCount(entry.flops.training[.none] ?? 0),
      ])
    }
    let reasons = (document.shapes.first?.reasons ?? []).map {
      wrapped($0, label: terminal.styled("because", .dim), labelWidth: 7, width: terminal.columns) + "\n"
    }
    return table.render(width: max(terminal.columns, 100)) + reasons.joined()
  }

  private func components(_ entry: ShapeDocument.Entry) -> String {
    let (params, forward) = (entry.params, entry.flops.forward)
    var table = TextTable(
      [
        .init(entry.name ?? "the best shape"), .init("params", .right), .init("share", .right),
        .init("forward FLOP", .right), .init("share", .right),
      ], terminal: terminal)
    func row(_ name: String, _ count: Int, _ flops: Double) {
      guard count > 0 || flops > 0 else { return }
      table.add([
        name, count > 0 ? grouped(count) : "", count > 0 ? share(Double(count), Double(params.total)) : "",
        flops > 0 ? formatCount(flops, digits: 4) : "", flops > 0 ? share(flops, forward.total) : "",
      ])
    }
    row("attention", params.attention, forward.attentionProjections)
    row("its scores, \(entry.flops.sequence) tokens, causal", 0, forward.attentionScores)
    row("MLP", params.feedForward, forward.feedForward)
    let experts = entry.shape.experts
    row(
      experts.map { "\($0.count) experts, \($0.active) per token" } ?? "", params.routedExperts,
      experts == nil ? 0 : forward.experts * activeShare(entry.shape))
    row("shared experts", params.sharedExperts, experts == nil ? 0 : forward.experts * (1 - activeShare(entry.shape)))
    row("router", params.router, forward.router)
    row("norms", params.norms, 0)
    row(entry.shape.tiesEmbeddings ? "embedding, output too" : "input embedding", params.inputEmbedding, 0)
    row(entry.shape.tiesEmbeddings ? "output" : "output embedding", params.outputEmbedding, forward.logits)
    row("positions", params.positions, 0)
    table.addRule()
    row("all", params.total, forward.total)
    if params.active < params.total { row("a token's", params.active, 0) }
    row("without embeddings", params.nonEmbedding, 0)
    let source = entry.source.map { "\($0)\n" } ?? ""
    return describe(entry.shape) + source + "\n" + table.render(width: terminal.columns)
  }

  private func training(_ entry: ShapeDocument.Entry) -> String {
    var table = TextTable(
      [.init("training FLOP per token"), .init("", .right), .init("counted as", wraps: true)], terminal: terminal)
    let rows: [(FLOPConvention, String)] = [
      (.products, "three times the products of the forward pass above"),
      (.fullSquare, "the same with the whole square of scores, as in Megatron"),
      (.sixN, "6 N, where N is the parameters that a token uses"),
      (.sixNonEmbedding, "6 N without embeddings (Kaplan et al. 2020)"),
      (.palm, "6 N + 12 L h s (Chowdhery et al. 2022)"), (.palmCausal, "6 N + 6 L h s"),
    ]
    for (convention, words) in rows {
      table.add([
        convention.rawValue, formatCount(entry.flops.conventions[convention] ?? 0, digits: 4), words,
      ])
    }
    table.addRule()
    for (recomputation, words) in [(Recomputation.selective, "attention scores"), (.full, "whole layers")] {
      table.add([
        "recomputing \(words)", formatCount(entry.flops.training[recomputation] ?? 0, digits: 4),
        "FLOP of the hardware",
      ])
    }
    return table.render(width: terminal.columns)
  }

  private func describe(_ shape: TransformerShape) -> String {
    var words = ["\(shape.layers) layers", "hidden \(shape.hidden)"]
    if let latent = shape.latentAttention {
      words.append("\(shape.heads) heads over latent keys and values of \(latent.keyValueRank)")
    } else {
      let common = shape.keyValueHeads == shape.heads ? "" : " (\(shape.keyValueHeads) of keys and values)"
      words.append("\(shape.heads) heads of \(shape.headSize)\(common)")
    }
    if let experts = shape.experts {
      let dense = shape.denseLayers > 0 ? " after \(shape.denseLayers) dense layers" : ""
      words.append("\(experts.count) experts of \(experts.feedForward)\(dense)")
    } else {
      words.append("\(shape.isGated ? "gated " : "")MLP \(shape.feedForward)")
    }
    words.append("vocabulary \(shape.vocabulary)")
    return words.joined(separator: ", ") + "\n"
  }

  /// The routed experts' share of the experts' FLOP.
  private func activeShare(_ shape: TransformerShape) -> Double {
    guard let experts = shape.experts else { return 0 }
    let routed = Double(experts.active * experts.feedForward)
    return routed / (routed + Double(experts.sharedFeedForward))
  }

  fileprivate static func heads(_ shape: TransformerShape) -> String {
    shape.keyValueHeads == shape.heads ? "\(shape.heads)" : "\(shape.heads)/\(shape.keyValueHeads)"
  }

  fileprivate static func mlp(_ shape: TransformerShape) -> String {
    shape.experts.map { "\($0.count) × \($0.feedForward)" } ?? "\(shape.feedForward)"
  }

  private func share(_ part: Double, _ whole: Double) -> String { NumberText.percent(part / whole) }

  private func percent(_ error: Double) -> String {
    "\(error < 0 ? "−" : "+")\(NumberText.percent(abs(error), 2))"
  }

  /// A whole number in groups of three digits.
  private func grouped(_ count: Int) -> String {
    let digits = Array(String(count))
    return digits.indices.map { index in
      index > 0 && (digits.count - index).isMultiple(of: 3) ? ",\(digits[index])" : "\(digits[index])"
    }.joined()
  }
}

/// The published models for people.
struct ModelsView {
  private let document: ModelsDocument
  private let terminal: Terminal

  init(_ document: ModelsDocument, terminal: Terminal = .standardOutput) {
    (self.document, self.terminal) = (document, terminal)
  }

  var text: String {
    var table = TextTable(
      [
        .init("model"), .init("params", .right), .init("a token's", .right), .init("layers", .right),
        .init("hidden", .right), .init("heads", .right), .init("MLP", .right), .init("vocabulary", .right),
        .init("source", wraps: true),
      ], terminal: terminal)
    for model in document.models {
      let (shape, sizes) = (model.shape, model.more)
      table.add([
        model.name, formatCount(Double(sizes.params)),
        shape.experts == nil ? "" : formatCount(Double(sizes.activeParams)),
        "\(shape.layers)", "\(shape.hidden)", ShapeView.heads(shape), ShapeView.mlp(shape), "\(shape.vocabulary)",
        model.citation,
      ])
    }
    return table.render(width: max(terminal.columns, 120))
  }
}

extension ShapeDocument: ShownDocument {
  func text(on terminal: Terminal) -> String { ShapeView(self, terminal: terminal).text }
}

extension ModelsDocument: ShownDocument {
  func text(on terminal: Terminal) -> String { ModelsView(self, terminal: terminal).text }
}
