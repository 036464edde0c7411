/// One budget in dollars for several resources, each a variable of a fitted law with a price.
public struct SplitRequest: Sendable, Hashable {
  /// In US dollars.
  public var budget: Double
  public var resources: [Resource]
  /// Values of the law's other variables, by their name in the formula or their column.
  public var fixed: [String: Double]
  /// The share of the draws that an interval holds.
  public var level: Double

  /// A resource to buy.
  public struct Resource: Sendable, Hashable {
    /// The law's variable, by its name in the formula or its column.
    public var name: String
    /// US dollars for one unit of the column.
    public var price: Double
    /// US dollars paid once if any is bought.
    public var setUp: Double
    /// The largest available amount; unlimited if nil.
    public var most: Double?

    public init(_ name: String, price: Double, setUp: Double = 0, most: Double? = nil) {
      self.name = name
      self.price = price
      self.setUp = setUp
      self.most = most
    }
  }

  public init(budget: Double, resources: [Resource], fixed: [String: Double] = [:], level: Double = 0.9) {
    self.budget = budget
    self.resources = resources
    self.fixed = fixed
    self.level = level
  }

  /// The largest number of resources with a set-up: every choice among them is tried.
  static let mostSetUps = 10

  /// The variable of each resource, and the values of all others.
  func resolved(for fitted: [(name: String, column: String)], law: String) throws(PlanError) -> (
    places: [Int], values: [Double]
  ) {
    func place(_ name: String, _ option: String) throws(PlanError) -> Int {
      if let place = fitted.firstIndex(where: { $0.name == name }) ?? fitted.firstIndex(where: { $0.column == name }) {
        return place
      }
      let names = fitted.map { $0.name == $0.column ? $0.name : "\($0.name) (\($0.column))" }.joined(separator: ", ")
      throw PlanError("the law '\(law)' has no variable '\(name)' \(option); its variables are \(names)")
    }
    try checkPositive(budget, "the budget in USD")
    guard !resources.isEmpty else {
      throw PlanError("nothing has a price, so there is nothing to split the budget among")
    }
    guard resources.count(where: { $0.setUp > 0 }) <= Self.mostSetUps else {
      throw PlanError("at most \(Self.mostSetUps) resources may have a set-up")
    }
    var places: [Int] = []
    for resource in resources {
      try checkPositive(resource.price, "the price of '\(resource.name)'")
      try checkPositive(resource.most, "the most of '\(resource.name)'")
      guard resource.setUp >= 0, resource.setUp.isFinite else {
        throw PlanError("the set-up of '\(resource.name)' must be 0 or more, not \(resource.setUp)")
      }
      let place = try place(resource.name, "to price")
      guard !places.contains(place) else { throw PlanError("'\(resource.name)' is priced twice; keep one price") }
      places.append(place)
    }
    var values = [Double](repeating: .nan, count: fitted.count)
    for (name, value) in fixed.sorted(by: { $0.key < $1.key }) {
      let place = try place(name, "to set")
      guard !places.contains(place) else { throw PlanError("'\(name)' is priced, so it cannot be set as well") }
      guard value.isFinite else { throw PlanError("'\(name)' must be a finite number, not \(value)") }
      values[place] = value
    }
    for (place, variable) in fitted.enumerated() where values[place].isNaN && !places.contains(place) {
      throw PlanError(
        "the law's '\(variable.name)' (\(variable.column)) has neither a price nor a value; price it, or set it with "
          + "--set \(variable.name)=…")
    }
    return (places, values)
  }
}
