import Documents
import Tables

/// The figures that convert money and accelerator time to training compute. Missing ones are assumed, and reported.
public struct CostAssumptions: Sendable, Hashable {
  /// An H100 if nil.
  public var accelerator: Accelerator?
  /// The accelerator's list price if nil.
  public var price: ComputePrice?
  public var utilization: Utilization
  /// The carbon intensity of the electricity, in kg of CO₂ equivalents per kWh; needed for budgets of CO₂.
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

/// The price of an accelerator.
public struct ComputePrice: Sendable, Hashable {
  public let usdPerHour: Double
  /// The source and date of the price.
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
  /// Whether the user stated it.
  public let isStated: Bool

  /// 40 %, typical of well-tuned dense training.
  public static let assumed = Utilization(assumed: 0.4)

  /// - Throws: ``CostError`` unless 0 < fraction ≤ 1.
  public init(_ fraction: Double) throws(CostError) {
    guard fraction > 0, fraction <= 1 else {
      let percent =
        fraction > 1 && fraction <= 100
        ? "; for \(NumberText.rounded(fraction)) % write \(NumberText.rounded(fraction / 100, 12))" : ""
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

/// A budget or a cost that cannot be computed, and the remedy.
public struct CostError: Error, Sendable, Hashable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}
