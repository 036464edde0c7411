import Foundation
import Testing

/// Real run tables, which lie next to a checkout if someone put them there.
private let data: URL? = {
  let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  let folder = root.deletingLastPathComponent().appendingPathComponent("shared/data/laws")
  return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
}()

@Suite(.enabled(if: data != nil, "there is no folder shared/data/laws next to the checkout"))
struct PublicRunsTests {
  private func path(_ name: String) throws -> String { try #require(data).appendingPathComponent(name).path }

  /// Besiroglu et al. 2024, table 1: their refit of the runs of Hoffmann's figure without the five of highest loss.
  @Test func theRefitOfChinchillaIsReproduced() throws {
    let place = try Workplace()
    let json = try place.windtunnel(
      "fit", try path("chinchilla_epoch_svg.csv"), "--drop-highest-loss", "5", "--bootstrap", "0", "--no-sensitivity",
      "--format", "json"
    ).json()
    let parameters = try #require(json["parameters"] as? [String: [String: Any]])
    for (name, published, tolerance) in [("alpha", 0.3478, 0.003), ("beta", 0.3658, 0.003), ("E", 1.8172, 0.01)] {
      let value = try #require(parameters[name]?["value"] as? Double)
      #expect(abs(value - published) < tolerance, "\(name) = \(value)")
    }
    #expect((json["runs"] as? [String: Any])?["used"] as? Int == 240)
  }

  /// Clark et al. 2022 on their S-BASE runs and dense models: what scipy's least squares finds on these rows, and near
  /// what they print (a -0.082, b -0.108, c 0.009, d 1.104, E_start 1.847, E_max 314.5; the last two are barely
  /// determined). The published parameters leave a root mean square of 0.0037 in log10 L.
  @Test func theUnifiedLawOfRoutedModelsIsReproduced() throws {
    let place = try Workplace()
    let json = try place.windtunnel(
      "fit", try path("clark_routed_final.csv"), "--law", "clark-routed", "--where",
      "routing_frequency == 0.5 && k == 1 && (router_type == 'S-Base' || router_type == 'Dense')", "--bootstrap", "0",
      "--no-sensitivity", "--format", "json"
    ).json()
    let parameters = try #require(json["parameters"] as? [String: [String: Any]])
    let expected: [(String, scipy: Double, published: Double, within: Double)] = [
      ("a", -0.08378271, -0.082, 0.003), ("b", -0.12336863, -0.108, 0.02), ("c", 0.010423917, 0.009, 0.002),
      ("d", 1.12155985, 1.104, 0.02), ("E_start", 2.3942172, 1.847, 0.6), ("E_max", 217.65492, 314.478, 100),
    ]
    for (name, scipy, published, within) in expected {
      let value = try #require(parameters[name]?["value"] as? Double)
      #expect(abs(value / scipy - 1) < 1e-6, "\(name) = \(value)")
      #expect(abs(value - published) < within, "\(name) = \(value)")
    }
    let count = try #require((json["runs"] as? [String: Any])?["used"] as? Int)
    let objective = try #require((json["objective"] as? [String: Any])?["value"] as? Double)
    let rootMeanSquare = (2 * objective / Double(count)).squareRoot() / log(10)
    #expect(rootMeanSquare <= 0.0035 && abs(rootMeanSquare - 0.00320264) < 1e-7)
  }

  /// None of these tables may end a command by a trap, whatever their columns are.
  @Test func everyTableIsFittedOrRefusedInWords() throws {
    let place = try Workplace()
    let tables = try FileManager.default.contentsOfDirectory(atPath: try #require(data).path).sorted()
      .filter { $0.hasSuffix(".csv") && $0 != "protein_training_curves.csv" && $0 != "olmo_ladder_step2.csv" }
    try #require(!tables.isEmpty)
    for name in tables {
      for extra in [[], ["--approach", "2"]] {
        let outcome = try place.shell(
          "$W fit '\(try path(name))' --bootstrap 0 --no-sensitivity --starts 8 \(extra.joined(separator: " "))")
        #expect(!outcome.signaled && [0, 64, 65].contains(outcome.status), "\(name): \(outcome.errors)")
        #expect(outcome.status == 0 || outcome.errors.hasPrefix("error: "), "\(name): \(outcome.errors)")
      }
    }
  }
}
