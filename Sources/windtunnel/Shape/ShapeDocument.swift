import Documents
import TrainingCost

/// Shapes with their parameters and FLOPs as a document, `windtunnel.shape/2`.
struct ShapeDocument: Document {
  static let schema = "windtunnel.shape/2"
  static let kind = "list of shapes"
  static let remedy = "write one by 'windtunnel shape --output'"

  /// The target size.
  var wantedParams: Double?
  /// The model, or the best shape first.
  var shapes: [Entry]
  var notes: [String]

  struct Entry: Codable, DocumentChecked {
    var name: String?
    var source: String?
    var role: ShapeProposal.Role?
    /// The relative error of the size.
    var sizeError: Double?
    var reasons: [String] = []
    var shape: TransformerShape
    var params: Extended<ParameterCount, Totals>
    var flops: FLOPs

    init(_ shape: TransformerShape, sequence: Int) {
      self.shape = shape
      let count = shape.parameters
      params = Extended(count, Totals(total: count.total, active: count.active, nonEmbedding: count.nonEmbedding))
      flops = FLOPs(shape, sequence: sequence)
    }

    func check() throws(DocumentFault) {
      do { try shape.validate() } catch { throw DocumentFault("shape", error.description) }
    }
  }

  struct Totals: Codable {
    var total: Int
    var active: Int
    var nonEmbedding: Int
  }

  /// FLOP of one token.
  struct FLOPs: Codable {
    var sequence: Int
    var forward: Extended<ForwardFLOPs, Total>
    /// By recomputation in the backward pass.
    var training: [Recomputation: Double]
    /// The training FLOP by the way of counting.
    var conventions: [FLOPConvention: Double]

    struct Total: Codable {
      var total: Double
    }

    init(_ shape: TransformerShape, sequence: Int) {
      self.sequence = sequence
      let flops = shape.forwardFLOPs(sequence: sequence)
      forward = Extended(flops, Total(total: flops.total))
      training = Dictionary(
        Recomputation.allCases.map { ($0, flops.training($0)) }, uniquingKeysWith: { first, _ in first })
      conventions = Dictionary(
        FLOPConvention.allCases.map { ($0, shape.trainingFLOPs($0, sequence: sequence)) },
        uniquingKeysWith: { first, _ in first })
    }
  }

  init(_ shape: TransformerShape, name: String, source: String, sequence: Int, notes: [String]) {
    var entry = Entry(shape, sequence: sequence)
    (entry.name, entry.source) = (name, source)
    shapes = [entry]
    self.notes = notes
  }

  init(_ proposals: [ShapeProposal], of params: Double, sequence: Int) {
    wantedParams = params
    shapes = proposals.map { proposal in
      var entry = Entry(proposal.shape, sequence: sequence)
      (entry.role, entry.sizeError) = (proposal.role, proposal.sizeError)
      entry.reasons = proposal.reasons
      return entry
    }
    notes = proposals.first.map { ShapeView.notes(of: $0.shape) } ?? []
  }
}

/// The published models as a document, `windtunnel.models/1`.
struct ModelsDocument: Document {
  static let schema = "windtunnel.models/1"
  static let kind = "list of models"
  static let remedy = "write one by 'windtunnel shape --list --output'"

  var models: [Extended<KnownModel, Sizes>]

  struct Sizes: Codable {
    var params: Int
    /// The parameters that a token uses.
    var activeParams: Int
    var paramsNonEmbedding: Int
  }

  init(_ models: [KnownModel]) {
    self.models = models.map {
      let count = $0.shape.parameters
      return Extended(
        $0, Sizes(params: count.total, activeParams: count.active, paramsNonEmbedding: count.nonEmbedding))
    }
  }
}
