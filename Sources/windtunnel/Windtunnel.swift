import ArgumentParser

@main
struct Windtunnel: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Fit scaling laws to training runs and plan what a budget should train.")
}
