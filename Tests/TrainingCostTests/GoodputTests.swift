import Fitting
import Foundation
import Testing
import TrainingCost

@Suite("Goodput")
struct GoodputTests {
  private func failures(
    devices: Int = 1000, hours: Double? = 10_000, checkpoint: Double = 60, restart: Double = 600
  ) -> FailureAssumptions {
    FailureAssumptions(
      devices: devices, hoursBetweenFailures: hours, checkpoint: .seconds(checkpoint), restartSeconds: restart)
  }

  @Test("A cluster fails as often as its devices together, by default as often as that of Llama 3")
  func meanTime() throws {
    #expect(try failures().goodput().secondsBetweenFailures == 36_000)
    let llama = try failures(devices: 16384, hours: nil).goodput()
    // 54 days over 419 interruptions are 3.09 hours.
    #expect(abs(llama.secondsBetweenFailures / 3600 - 3.093) < 0.001)
    #expect(abs(FailureAssumptions.observedHoursBetweenFailures - 50_677) < 1)
    #expect(abs(llama.expectedFailures(work: 54 * 86400 * llama.share) - 419) < 1e-6)
    #expect(llama.sentences[0].contains("419 unexpected interruptions"))
  }

  @Test("The intervals of Young and Daly are those of their formulas and come near the best one")
  func intervals() throws {
    // M = 36000 s and δ = 60 s: √(2 · 60 · 36000) = 2078.46; ratio δ/2M = 1/1200.
    let goodput = try failures().goodput()
    #expect(abs(goodput.youngInterval - 2078.4610) < 1e-4)
    #expect(abs(goodput.dalyInterval - (2078.4610 * (1 + 0.0288675 / 3 + 1 / 10800.0) - 60)) < 1e-3)
    #expect(abs(goodput.dalyInterval / goodput.bestInterval - 1) < 1e-5)
    #expect(goodput.interval == goodput.bestInterval)
  }

  @Test("No other interval leaves more of the time", arguments: [0.01, 60, 3600, 40_000, 200_000])
  func bestIsBest(checkpoint: Double) throws {
    let failures = failures(checkpoint: checkpoint)
    let best = try failures.goodput()
    for factor in [0.5, 0.9, 0.999, 1.001, 1.1, 2] {
      #expect(try failures.goodput(interval: factor * best.bestInterval).share < best.share)
    }
    // The derivative's root: (1 - τ/M) exp((τ + δ)/M) = 1.
    let (x, d) = (best.bestInterval / 36_000, checkpoint / 36_000)
    #expect(abs((1 - x) * exp(x + d) - 1) < 1e-9)
  }

  @Test("Without restarts and with rare failures the loss is √(2 δ/M), Young's first order")
  func firstOrder() throws {
    let goodput = try failures(devices: 1, hours: 1e9, checkpoint: 1, restart: 0).goodput()
    let loss = (2 * 1 / 3.6e12).squareRoot()
    #expect(abs((1 - goodput.share) / loss - 1) < 1e-3)
  }

  @Test("Runs that are simulated failure by failure take as long and fail as often")
  func monteCarlo() throws {
    let random = Random(seed: 5)
    for (checkpoint, restart, interval) in [(60.0, 600.0, nil), (300, 1800, 7200.0), (20, 0, 36_000)] {
      let goodput = try failures(checkpoint: checkpoint, restart: restart).goodput(interval: interval)
      let intervals = 200
      var times: [Double] = []
      var counts: [Double] = []
      for _ in 0..<2000 {
        var time = 0.0
        var failures = 0.0
        var next = -log(1 - random.uniform()) * 36_000
        for _ in 0..<intervals {
          var needed = goodput.interval + checkpoint
          while time + needed > next {
            time = next
            failures += 1
            next = time - log(1 - random.uniform()) * 36_000
            needed = restart + goodput.interval + checkpoint
          }
          time += needed
        }
        times.append(time)
        counts.append(failures)
      }
      let work = Double(intervals) * goodput.interval
      for (values, expected) in [
        (times, goodput.wallSeconds(work: work)), (counts, goodput.expectedFailures(work: work)),
      ] {
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
        #expect(abs(mean - expected) < 4 * (variance / Double(values.count)).squareRoot(), "\(mean) for \(expected)")
      }
    }
  }

  @Test("A checkpoint's time follows from its bytes, and all inputs are in the sentences")
  func words() throws {
    // Llama 3 405B: 16-bit weights, and master copy and two moments in 32 bits.
    let failures = FailureAssumptions(
      devices: 16384, checkpoint: .bytes(405e9 * 14, bytesPerSecond: 2e12), restartSeconds: 600)
    let goodput = try failures.goodput(interval: 1800)
    #expect(abs(failures.checkpoint.seconds - 2.835) < 1e-9)
    let text = goodput.sentences.joined(separator: " ")
    for words in [
      "16384 devices", "50.7k hours", "5.67 TB at 2 TB/s", "10 min", "30 min", "as asked for", "Young 1974",
    ] {
      #expect(text.contains(words), "\(words): \(text)")
    }
  }

  @Test("Invalid input is explained")
  func badInput() {
    func message(_ failures: FailureAssumptions, interval: Double? = nil) -> String {
      do {
        _ = try failures.goodput(interval: interval)
        return ""
      } catch { return error.description }
    }
    #expect(message(failures(devices: 0)).contains("at least one device"))
    #expect(message(failures(hours: -1)).contains("mean time between failures"))
    #expect(message(failures(checkpoint: 0)).contains("time of a checkpoint"))
    #expect(message(failures(restart: .nan)).contains("restart"))
    #expect(message(failures(), interval: 0).contains("interval between checkpoints"))
    #expect(message(failures(devices: 1_000_000_000)).contains("makes no progress"))
    #expect(
      message(
        FailureAssumptions(devices: 1, checkpoint: .bytes(1, bytesPerSecond: 0), restartSeconds: 1)
      ).contains("bandwidth of storage"))
  }
}
