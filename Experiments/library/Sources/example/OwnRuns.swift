import Fitting
import ScalingLaws
import Tables

/// A law of the catalog fitted to runs that are numbers in memory, as a notebook or a service has them.
func fitToNumbers() throws -> LawFit {
  let runs = try RunTable(
    Table(
      name: "sweep of March",
      columns: [
        Column(name: "params", values: .numbers([1e6, 1e6, 4e6, 4e6, 16e6, 16e6, 64e6, 64e6])),
        Column(name: "tokens", values: .numbers([2e7, 1e8, 8e7, 4e8, 3e8, 2e9, 1e9, 8e9])),
        Column(name: "loss", values: .numbers([6.20, 5.27, 4.91, 4.15, 3.85, 3.24, 3.16, 2.73])),
      ]))
  return try LawFit(LawCatalog().law("chinchilla"), to: runs, FitProtocol(resamples: 100))
}
