import Foundation
import Testing

@testable import windtunnel

@Suite struct MixTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
    let rows = (0..<12).map { run -> String in
      let (a, b) = (0.05 + 0.05 * Double(run), 0.1 + 0.02 * Double(run * 5 % 12))
      let scatter = 1 + 2e-3 * sin(Double(5 * run))
      let web = (2.5 + 0.6 * exp(-2 * a + b)) * scatter
      let code = (1.2 + 0.9 * exp(a - 3 * b)) * scatter
      return "\(a),\(b),\(1 - a - b),\(web),\(code)\n"
    }
    try place.write("mix_web,mix_code,mix_books,loss_web,loss_code\n" + rows.joined(), to: "mix.csv")
  }

  @Test func aStoredDocumentIsShown() throws {
    try place.checkShown("mix mix.csv --bootstrap 20 --validate mix.csv", "windtunnel.mixture/1")
  }

  @Test func theJSONHasTheMixtureAndTheLosses() throws {
    let json = try place.shell("$W mix mix.csv --bootstrap 50 --seed 3 --validate mix.csv --format json").json()
    #expect(json["schema"] as? String == "windtunnel.mixture/1")
    let domains = try #require(json["domains"] as? [[String: Any]])
    #expect(domains.compactMap { $0["column"] as? String } == ["mix_web", "mix_code", "mix_books"])
    let values = domains.compactMap { ($0["proportion"] as? [String: Any])?["value"] as? Double }
    #expect(abs(values.reduce(0, +) - 1) < 1e-9 && values.allSatisfy { $0 >= 0 })
    let losses = try #require(json["losses"] as? [[String: Any]])
    for loss in losses {
      #expect(((loss["predicted"] as? [String: Any])?["interval"] as? [Double])?.count == 2)
      #expect(try #require(loss["rank_correlation"] as? Double) > 0.9)
    }
    let held = try #require((json["validation"] as? [String: Any])?["losses"] as? [[String: Any]])
    #expect(held.first?["root_mean_square"] as? Double == losses.first?["root_mean_square"] as? Double)
    #expect(json["draws"] as? Int == 50)
    try expectStored(place, MixtureDocument.self, "mix mix.csv --bootstrap 20 --validate mix.csv") {
      MixtureView(document: $0, terminal: .standardOutput).text
    }
  }

  @Test func theSameSeedHasTheSameBytes() throws {
    let one = try place.shell("$W mix mix.csv --bootstrap 20 --seed 1 --threads 1")
    let two = try place.shell("$W mix mix.csv --bootstrap 20 --seed 1 --threads 3")
    #expect(one.status == 0 && one.output == two.output, "\(one.errors)")
    for word in ["mix_books", "loss_code", "weighted mean", "90 % interval"] { #expect(one.text.contains(word)) }
  }

  @Test func oneDomainsLossIsFittedByItsLaw() throws {
    let outcome = try place.shell(
      "$W fit mix.csv --law data-mixing --target loss_code --bootstrap 0 --no-sensitivity --output fit.json --format json"
    )
    let json = try outcome.json()
    let parameters = (json["law"] as? [String: Any])?["parameters"] as? [[String: Any]]
    #expect(parameters?.compactMap { $0["name"] as? String } == ["c", "k", "t_web", "t_code"])
    let point = try place.shell("$W predict fit.json --set mix_web=0.3 --set mix_code=0.2 --format json").json()
    let loss = try #require((point["loss"] as? [String: Any])?["value"] as? Double)
    #expect(abs(loss / (1.2 + 0.9 * exp(0.3 - 0.6)) - 1) < 0.01)
  }

  @Test(
    arguments: [
      ("--weight loss_web", 64, "column=number"), ("--weight loss_we=2", 64, "did you mean 'loss_web'?"),
      ("--max mix_web=0.1 --max mix_code=0.1 --max mix_books=0.1", 64, "below 1"), ("--min mix_web=2", 64, "between"),
      ("--losses loss_cod", 65, "did you mean 'loss_code'?"), ("--within-tried --max mix_web=0.5", 64, "choose one"),
      ("--validate none.csv", 66, "none.csv"), ("--rename mix_web=web", 65, "sum to"),
      ("--where 'mix_web < 0.2'", 65, "runs"),
    ] as [(String, Int32, String)])
  func aBadRequestIsNamedWithWhatWouldDo(_ options: String, _ code: Int32, _ words: String) throws {
    expectFailure(try place.shell("$W mix mix.csv --bootstrap 0 \(options)"), code, words)
  }

  @Test func aPlanNamesTheEpochsOfDistinctTokens() throws {
    let outcome = try place.shell("$W plan --preset muennighoff2023 --budget '1e22 FLOP' --set U=25B")
    #expect(outcome.status == 0 && outcome.text.contains("epochs of distinct tokens"), "\(outcome.errors)")
    let json = try place.shell("$W plan --preset muennighoff2023 --budget '1e22 FLOP' --set U=25B --format json").json()
    let epochs = try #require((json["epochs"] as? [String: Any])?["value"] as? Double)
    #expect(abs(epochs - 9.4935) < 0.01)
  }
}
