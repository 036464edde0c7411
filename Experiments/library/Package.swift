// swift-tools-version: 6.2
import PackageDescription

// A package that depends on Windtunnel by path; one outside of this checkout names its address instead.
let package = Package(
  name: "library-example",
  dependencies: [.package(name: "windtunnel", path: "../..")],
  targets: [
    .executableTarget(
      name: "example",
      dependencies: [
        .product(name: "ScalingLaws", package: "windtunnel"),
        .product(name: "Planning", package: "windtunnel"),
        .product(name: "Search", package: "windtunnel"),
        .product(name: "SearchConformance", package: "windtunnel"),
        .product(name: "Launch", package: "windtunnel"),
        .product(name: "LaunchConformance", package: "windtunnel"),
        .product(name: "Workflows", package: "windtunnel"),
      ],
      swiftSettings: [.treatAllWarnings(as: .error)])
  ]
)
