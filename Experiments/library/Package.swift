// swift-tools-version: 6.2
import PackageDescription

// A package that depends on Windtunnel by path, as one outside would by its address.
let package = Package(
  name: "library-example",
  dependencies: [.package(name: "windtunnel", path: "../..")],
  targets: [
    .executableTarget(
      name: "example",
      dependencies: [
        "ScalingLaws", "Planning", "Search", "SearchConformance", "Launch", "LaunchConformance", "Workflows",
      ].map { .product(name: $0, package: "windtunnel") },
      swiftSettings: [.treatAllWarnings(as: .error)])
  ]
)
