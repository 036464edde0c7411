// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target is held to the same rules: Swift 6 language mode (the tools version sets it) and no warnings.
let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

func room(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], excluding: [String] = []) -> Target {
  .testTarget(name: name, dependencies: dependencies, exclude: excluding, swiftSettings: strict)
}

let package = Package(
  name: "windtunnel",
  products: [
    .executable(name: "windtunnel", targets: ["windtunnel"]),
    .library(name: "ScalingLaws", targets: ["Formulas", "Tables", "Fitting", "ScalingLaws"]),
    .library(name: "Planning", targets: ["Planning"]),
    .library(name: "Search", targets: ["Search"]),
    .library(name: "SearchConformance", targets: ["SearchConformance"]),
    .library(name: "Launch", targets: ["Launch"]),
    .library(name: "LaunchConformance", targets: ["LaunchConformance"]),
    .library(name: "Workflows", targets: ["Workflows", "Studies", "RunStore"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2"),
  ],
  targets: [
    .systemLibrary(name: "CGSL", pkgConfig: "gsl", providers: [.apt(["libgsl-dev"])]),
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas",
      providers: [.apt(["libopenblas-dev", "liblapacke-dev"])]),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(
      name: "CVectorMath", cSettings: [.treatAllWarnings(as: .error), .enableWarning("all"), .enableWarning("extra")]),

    room("Documents", ["Yams"]),
    room("Formulas", ["Documents", "CVectorMath"]),
    room("Tables", ["Documents", "Formulas", "CCrypto", "CZlib"]),
    room("Fitting", ["Documents", "Formulas", "CGSL", "COpenBLAS"]),
    room("ScalingLaws", ["Documents", "CGSL", "Formulas", "Tables", "Fitting"]),
    room("TrainingCost", ["Documents", "Formulas", "Tables", "Fitting"]),
    room("Planning", ["Documents", "ScalingLaws", "TrainingCost"]),
    room("RunStore", ["Documents", .product(name: "GRDB", package: "GRDB.swift")]),
    room("Search", ["Documents", "CGSL", "COpenBLAS", "CVectorMath", "Formulas", "Tables", "Fitting"]),
    room("SearchConformance", ["Search"]),
    room("Studies", ["Documents", "Formulas", "Tables", "Fitting", "Search", "RunStore", "Launch"]),
    room(
      "Launch",
      [
        "Documents", "Formulas", "Tables", "Fitting", "ScalingLaws", "TrainingCost", "Planning", "RunStore",
        .product(name: "Subprocess", package: "swift-subprocess"),
      ]),
    room("LaunchConformance", ["Launch", "TrainingCost"]),
    room(
      "Workflows",
      [
        "Documents", "Tables", "Fitting", "ScalingLaws", "Planning", "Search", "Studies", "Launch", "RunStore",
      ]),
    room("Report", ["Documents"]),
    .executableTarget(
      name: "windtunnel",
      dependencies: [
        "Documents", "Formulas", "Tables", "Fitting", "ScalingLaws", "TrainingCost", "Planning", "Search", "Studies",
        "Launch", "RunStore", "Workflows", "Report",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "windtunnel-bench",
      dependencies: [
        "Documents", "Tables", "Fitting", "ScalingLaws", "TrainingCost", "Search", "Studies", "RunStore", "Report",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tests/Benchmarks", swiftSettings: strict),

    tests("DocumentsTests", ["Documents"]),
    tests("FormulasTests", ["Formulas"]),
    tests("TablesTests", ["Tables"]),
    tests("FittingTests", ["Fitting"]),
    tests("ScalingLawsTests", ["ScalingLaws"]),
    tests("TrainingCostTests", ["TrainingCost"]),
    tests("PlanningTests", ["Planning"]),
    tests("RunStoreTests", ["RunStore"]),
    tests("SearchTests", ["Search", "SearchConformance", "Studies", "Fitting", "Launch", "Tables"]),
    tests(
      "LaunchTests", ["Launch", "LaunchConformance", "TrainingCost", "Tables", "RunStore"],
      excluding: ["Golden", "Parsers"]),
    tests(
      "WorkflowsTests", ["Workflows", "Documents", "Search", "Studies", "Launch", "RunStore", "TrainingCost"]),
    tests("ReportTests", ["Report"]),
    tests(
      "CommandLineTests", ["windtunnel", "Documents", "Formulas", "Launch", "ScalingLaws", "Tables"],
      excluding: ["Version1"]),
  ]
)
