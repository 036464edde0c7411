import ArgumentParser

struct CostCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cost",
    abstract: "Say what training takes on a cluster, calibrate that with measured steps, and check it against them.",
    discussion: """
      Examples:
        windtunnel cost calibrate steps.csv --output calibration.json
        windtunnel cost check steps.csv --calibration calibration.json
      """,
    subcommands: [CostCalibrateCommand.self, CostCheckCommand.self])
}
