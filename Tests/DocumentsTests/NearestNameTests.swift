import Documents
import Testing

@Suite("Did you mean")
struct NearestNameTests {
  @Test(
    "slips find the name that was meant",
    arguments: [
      ("tokns", "tokens"), ("tokesn", "tokens"), ("LOSS", "loss"), ("parms", "params"), ("flop", "flops"),
      ("learning-rate", "learning_rate"),
    ])
  func slips(typed: String, meant: String) {
    #expect(nearestName(to: typed, among: ["params", "tokens", "flops", "loss", "learning_rate"]) == meant)
  }

  @Test(
    "a name far from all candidates has no suggestion",
    arguments: ["", "banana", "x", String(repeating: "loss", count: 1000)])
  func far(typed: String) {
    #expect(nearestName(to: typed, among: ["params", "tokens", "flops", "loss"]) == nil)
  }

  @Test("of equally near names the first wins")
  func ties() {
    #expect(nearestName(to: "bat", among: ["cat", "hat", "bar"]) == "cat")
    #expect(nearestName(to: "a", among: []) == nil)
    #expect(nearestName(to: "n", among: ["D", "N"]) == "N")
    #expect(nearestName(to: "n", among: ["D", "C"]) == nil)
  }
}
