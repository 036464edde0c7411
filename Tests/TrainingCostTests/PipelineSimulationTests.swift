import Foundation
import Testing

@testable import TrainingCost

@Suite("Passes of a pipeline")
struct PipelineSimulationTests {
  private func step(
    _ schedule: PipelineSchedule, _ stages: Int, _ microBatches: Int, chunks: Int = 1, forward: Double = 1,
    inputs: Double = 1, weights: Double = 1
  ) throws -> PipelineSimulation {
    let chunks = schedule.isFolded ? 2 : chunks
    // Times are of a stage: its chunks share them.
    let share = Double(chunks)
    return try PipelineSimulation(
      schedule, stages: stages, microBatches: microBatches, chunks: chunks,
      times: PassTimes(
        chunks: stages * chunks, forward: forward / share, inputs: inputs / share, weights: weights / share))
  }

  @Test("GPipe and 1F1B idle for (p - 1)/(m + p - 1) of the step (Huang et al. 2019; Narayanan et al. 2021)")
  func plainBubbles() throws {
    for schedule in [PipelineSchedule.gpipe, .oneForwardOneBackward] {
      for (p, m) in [(1, 1), (1, 5), (2, 1), (4, 2), (4, 4), (4, 16), (8, 9), (16, 128)] {
        let step = try step(schedule, p, m, forward: 1.5, inputs: 2, weights: 0.5)
        for device in 0..<p {
          #expect(
            abs(step.idleShare(ofDevice: device) - Double(p - 1) / Double(m + p - 1)) < 1e-12, "\(schedule) \(p) \(m)")
        }
        #expect(step.peakActivations == (schedule == .gpipe ? m : min(p, m)))
      }
    }
  }

  @Test("Interleaving v chunks idles for (p - 1)/(v m) of the ideal time (Narayanan et al. 2021, section 2.2)")
  func interleavedBubbles() throws {
    for (p, m, v) in [(2, 2, 2), (4, 8, 2), (4, 4, 3), (4, 16, 4), (8, 64, 2), (16, 32, 6)] {
      let step = try step(.oneForwardOneBackward, p, m, chunks: v, forward: 1, inputs: 1.5, weights: 0.5)
      let ideal = 3 * Double(m)
      #expect(abs(step.time / ideal - 1 - Double(p - 1) / Double(v * m)) < 1e-12, "\(p) \(m) \(v)")
      // The first device holds its warm-up and one more (Korthikanti et al. 2022, section 4.2.3).
      #expect(step.peakActivations == (m == p ? m * v : (p - 1) * 2 + (v - 1) * p + 1), "\(p) \(m) \(v)")
    }
  }

  @Test("ZB-H1 and ZB-H2 idle for (p - 1)(F + B - W) and (p - 1)(F + B - 2W) (Qi et al. 2024, table 2)")
  func zeroBubbles() throws {
    for p in [2, 4, 8, 15] {
      for (f, b, w) in [(1.0, 1.0, 1.0), (1, 1.2, 0.8), (1, 2, 1), (1, 1.5, 1)] {
        let m = 2 * p
        let busy = Double(m) * (f + b + w)
        let first = try step(.zeroBubbleH1, p, m, forward: f, inputs: b, weights: w)
        #expect(abs(first.span - busy - Double(p - 1) * (f + b - w)) < 1e-9, "\(p) \(f) \(b) \(w)")
        #expect(abs(first.time - first.span) < 1e-9)
        let second = try step(.zeroBubbleH2, p, m, forward: f, inputs: b, weights: w)
        #expect(abs(second.span - busy - Double(p - 1) * (f + b - 2 * w)) < 1e-9, "\(p) \(f) \(b) \(w)")
        // Every device is as full: (p - i) forward passes ahead and i backward ones put off, of the weights.
        #expect(first.devices.map(\.peakActivations) == Array(repeating: p, count: p))
        #expect(second.devices.map(\.peakActivations) == Array(repeating: 2 * p - 1, count: p))
      }
    }
  }

  @Test("ZB-V idles for nothing with the activations of 1F1B where F = B = W (Qi et al. 2024, section 6)")
  func zeroBubbleV() throws {
    for (p, m) in [(1, 4), (2, 4), (4, 8), (5, 12), (16, 40)] {
      let step = try step(.zeroBubbleV, p, m)
      #expect(abs(step.span - 3 * Double(m)) < 1e-9, "\(p) \(m)")
      #expect(step.devices.allSatisfy { $0.peakActivations <= 2 * p } && step.peakActivations == 2 * p)
    }
  }

  @Test("V-Half and V-Min hold (p + 2)/2 and (p + 4)/3 micro-batches and idle for a half and two thirds of 1F1B")
  func controllableMemory() throws {
    // The authors' own table, rounded down, and the shares that they give of large p.
    for p in [4, 5, 6, 7, 8, 9, 10, 12, 15, 16, 24, 32, 64] {
      let half = try step(.vHalf, p, 4 * p)
      #expect(half.peakActivations == 2 * ((p + 2) / 2), "\(p)")
      #expect(abs((half.time - 12 * Double(p)) / (3 * Double(p - 1)) - 1.0 / 2) < (p < 8 ? 0.25 : 0.1), "\(p)")
      let least = try step(.vMin, p, 4 * p)
      #expect(least.peakActivations == 2 * ((p + 4) / 3), "\(p)")
      #expect(abs((least.time - 12 * Double(p)) / (3 * Double(p - 1)) - 2.0 / 3) < (p < 8 ? 0.15 : 0.08), "\(p)")
    }
  }

  @Test(
    "No pass starts before what it needs, and no device does two things at once", arguments: PipelineSchedule.allCases)
  func dependencies(schedule: PipelineSchedule) throws {
    let transfer = 0.3
    for (p, m, chunks) in [(1, 3, 1), (2, 1, 1), (4, 3, 1), (4, 12, 1), (6, 20, 1), (4, 8, 3), (7, 9, 1)]
    where chunks == 1 || schedule == .oneForwardOneBackward {
      let chunks = schedule.isFolded ? 2 : chunks
      let total = p * chunks
      let times = PassTimes(
        forward: (0..<total).map { 1 + 0.1 * Double($0 % 3) }, inputs: (0..<total).map { 1.2 + 0.1 * Double($0 % 2) },
        weights: (0..<total).map { 0.8 + 0.05 * Double($0 % 4) }, transfer: transfer)
      let step = try PipelineSimulation(schedule, stages: p, microBatches: m, chunks: chunks, times: times)
      #expect(step.passes.count == total * m * (schedule == .gpipe || schedule == .oneForwardOneBackward ? 2 : 3))
      for (a, b) in zip(step.passes, step.passes.dropFirst()) where a.device == b.device { #expect(a.end <= b.start) }

      struct Key: Hashable {
        let place: Int
        let microBatch: Int
        let isForward: Bool
      }
      func place(_ pass: PipelineSimulation.Pass) -> Int {
        schedule.isFolded && pass.chunk == 1 ? 2 * p - 1 - pass.device : pass.chunk * p + pass.device
      }
      var ends: [Key: (end: Double, device: Int)] = [:]
      for pass in step.passes where pass.kind != .weights {
        let key = Key(place: place(pass), microBatch: pass.microBatch, isForward: pass.kind == .forward)
        #expect(ends.updateValue((pass.end, pass.device), forKey: key) == nil, "twice")
      }
      for pass in step.passes {
        let place = place(pass)
        var needs = [Key(place: place - 1, microBatch: pass.microBatch, isForward: true)]
        if pass.kind != .forward {
          needs = [Key(place: place, microBatch: pass.microBatch, isForward: true)]
          let after = pass.kind == .weights ? place : place + 1
          needs.append(Key(place: after, microBatch: pass.microBatch, isForward: false))
        }
        for need in needs where (0..<total).contains(need.place) {
          let (end, device) = try #require(ends[need])
          #expect(pass.start >= end + (device == pass.device ? 0 : transfer) - 1e-9, "\(pass)")
        }
      }
    }
  }

  @Test("Idle and stall of a schedule are those of its passes, whatever their times")
  func closedForms() throws {
    for schedule in PipelineSchedule.allCases {
      let isFitted = schedule == .vHalf || schedule == .vMin
      for p in [8, 16, 32] {
        for (f, b, w) in [
          (1.0, 1.0, 1.0), (1, 1.2, 0.8), (1, 2, 1), (1, 1, 1.5), (1, 0.8, 0.8), (0.8, 1, 1.2), (1, 2.2, 0.8),
          (1, 1, 0.9), (2, 1, 1),
        ] {
          let m = 4 * p
          let step = try step(schedule, p, m, forward: f, inputs: b, weights: w)
          let idle = schedule.idle(forward: f, inputs: b, weights: w)
          let stall = schedule.stall(forward: f, inputs: b, weights: w)
          let expected = Double(m) * (f + b + w + stall) + Double(p - 1) * idle
          let off = abs(step.span - expected)
          // Of ZB-V with long W the last part of a wait falls to p - 2 stages, of V-Half and V-Min a few to each step.
          let allowed = isFitted ? (p < 16 ? 0.05 : 0.025) * expected : schedule == .zeroBubbleV ? max(0, w - f) / 2 : 0
          #expect(off <= allowed + 1e-9, "\(schedule) \(p) \(f) \(b) \(w): \(step.span) for \(expected)")
          #expect(
            schedule.inFlight(stages: p, microBatches: m, chunks: 1)
              == Double(step.peakActivations) / (schedule.isFolded ? 2 : 1), "\(schedule) \(p)")
        }
      }
    }
  }

  @Test("Every pass is in the timeline once, by kind and chunk")
  func timeline() throws {
    let step = try step(.zeroBubbleV, 4, 8)
    let lanes = step.timeline()
    #expect(lanes.map(\.kind) == [.forward, .forward, .inputs, .inputs, .weights, .weights])
    #expect(lanes.map(\.chunk) == [0, 1, 0, 1, 0, 1])
    #expect(lanes.allSatisfy { $0.device.count == 32 && $0.start.count == 32 && $0.end.count == 32 })
    let begun = step.timeline(in: 0...1)
    #expect(begun.flatMap(\.start).allSatisfy { $0 <= 1 } && !begun.isEmpty)
  }

  @Test("A schedule that cannot be simulated is explained")
  func badPipelines() {
    func message(_ schedule: PipelineSchedule, _ p: Int, _ m: Int, _ v: Int, _ times: PassTimes) -> String {
      do {
        _ = try PipelineSimulation(schedule, stages: p, microBatches: m, chunks: v, times: times)
        return ""
      } catch { return error.description }
    }
    let times = PassTimes(chunks: 8, forward: 1, inputs: 1, weights: 1)
    #expect(message(.gpipe, 4, 4, 2, times).contains("need the schedule 1f1b, not gpipe"))
    #expect(message(.oneForwardOneBackward, 4, 6, 2, times).contains("not 6"))
    #expect(message(.oneForwardOneBackward, 4, 4, 1, times).contains("4 chunks, not for 8"))
    #expect(message(.oneForwardOneBackward, 0, 4, 1, times).contains("at least one stage"))
    #expect(message(.vMin, Int.max, Int.max, 1, times).contains("too many"))
    #expect(message(.gpipe, 1, 1, 1, PassTimes(forward: [-1], inputs: [1], weights: [1])).contains("not -1"))
    #expect(message(.gpipe, 1, 1, 1, PassTimes(forward: [.nan], inputs: [1], weights: [1])).contains("finite"))
  }
}
