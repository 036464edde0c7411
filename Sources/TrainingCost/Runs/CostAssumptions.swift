import Documents
import Tables

/// What turns money and accelerator time into training compute. Whatever is left out is assumed, and said.
public struct CostAssumptions: Sendable, Hashable {
  /// An H100 where nil.
  public var accelerator: Accelerator?
  /// The accelerator's list price where nil.
  public var price: ComputePrice?
  public var utilization: Utilization
  /// Of the electricity, in kg of CO₂ equivalents a kWh; needed for budgets of them.
  public var carbonIntensity: Double?

  public init(
    accelerator: Accelerator? = nil, price: ComputePrice? = nil, utilization: Utilization = .assumed,
    carbonIntensity: Double? = nil
  ) {
    self.accelerator = accelerator
    self.price = price
    self.utilization = utilization
    self.carbonIntensity = carbonIntensity
  }
}

/// What an accelerator costs.
public struct ComputePrice: Sendable, Hashable {
  public let usdPerHour: Double
  /// Whose price it is, and of when.
  public let basis: String

  /// A price that the user states, in USD for one accelerator for an hour.
  ///
  /// - Throws: ``CostError`` unless it is above zero and finite.
  public init(usdPerHour: Double, basis: String = "as stated") throws(CostError) {
    guard usdPerHour > 0, usdPerHour.isFinite else {
      throw CostError("the price must be above zero USD an hour, not \(usdPerHour)")
    }
    self.usdPerHour = usdPerHour
    self.basis = basis
  }

  init(listed usdPerHour: Double, basis: String) {
    self.usdPerHour = usdPerHour
    self.basis = basis
  }
}

/// Model FLOPs utilization (MFU, Chowdhery et al. 2022): the share of the peak that goes into the 6ND of the model.
public struct Utilization: Sendable, Hashable {
  public let fraction: Double
  /// Whether the user said it.
  public let isStated: Bool

  /// 40 %, common of well-tuned dense training.
  public static let assumed = Utilization(assumed: 0.4)

  /// - Throws: ``CostError`` unless 0 < fraction ≤ 1.
  public init(_ fraction: Double) throws(CostError) {
    guard fraction > 0, fraction <= 1 else {
      let percent =
        fraction > 1 && fraction <= 100 ? "; for \(NumberText.rounded(fraction)) % write \(fraction / 100)" : ""
      throw CostError("the utilization must be above 0 and at most 1, not \(fraction)\(percent)")
    }
    self.fraction = fraction
    isStated = true
  }

  private init(assumed fraction: Double) {
    self.fraction = fraction
    isStated = false
  }
}

/// A budget or a cost that cannot be worked out: what is wrong, and what would do.
public struct CostError: Error, Sendable, Hashable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}
