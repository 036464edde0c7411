import Fitting
import Foundation
import RunStore
import Tables
import Testing

@testable import Search
@testable import Studies

@Suite struct EarlierTrialsTests {
  private let space: SearchSpace
  private let goals = [Goal("accuracy", .maximize)]

  init() throws {
    space = try SearchSpace([
      Parameter("kind", .categorical([.text("adam"), .text("sgd")])), Parameter("layers", .int(1...8, log: false)),
      Parameter("momentum", .float(0...1, log: false), when: .init(parameter: "kind", values: [.text("sgd")])),
      Parameter("bias", .categorical([.flag(false), .flag(true)])),
    ])
  }

  @Test("plain tables and exports are read, and what is of no use is counted")
  func reading() throws {
    let plain = "kind,layers,momentum,bias,accuracy\nsgd,3,0.25,true,0.9\nadam,3,,false,0.8\nadam,99,,true,0.7\n"
    let earlier = try EarlierTrials(Table.parse(plain + "adam,4,,true,\n", name: "a.csv"), space: space, goals: goals)
    #expect(earlier.trials.map(\.point) == [[1, 2, 0.25, 1], [0, 2, -1, 0]])
    #expect(earlier.trials.map(\.losses) == [[-0.9], [-0.8]])
    #expect(earlier.outsideCount == 1 && earlier.unfinishedCount == 1)
    let export = """
      number,value,state,params_kind,params_layers,params_momentum,params_bias
      0,0.5,COMPLETE,sgd,1,1.0,True
      1,0.6,FAIL,sgd,1,0.5,False
      2,0.7,COMPLETE,sgd,1,,False

      """
    let optuna = try EarlierTrials(Table.parse(export, name: "b.csv"), space: space, goals: goals)
    #expect(optuna.trials == [EarlierTrial([1, 0, 1, 1], losses: [-0.5])])
    // A configuration that lacks what it needs is none.
    #expect(optuna.outsideCount == 1 && optuna.unfinishedCount == 1)
  }

  @Test func aTableOfNoUseIsRefused() throws {
    let outside = try Table.parse("kind,layers,bias,accuracy\nlion,3,true,0.9\n", name: "a.csv")
    #expect(throws: SearchError.self) { try EarlierTrials(outside, space: space, goals: goals) }
    let lacking = try Table.parse("kind,bias,accuracy\nadam,true,0.9\n", name: "a.csv")
    #expect(throws: TableError.self) { try EarlierTrials(lacking, space: space, goals: goals) }
  }

  @Test("what was measured counts at the fidelity of a full training, with its excess")
  func measured() throws {
    let text = "layers,accuracy,epochs,latency\n2,0.5,9,3\n2,0.6,27,4\n3,0.7,27,1\n"
    let narrow = try SearchSpace([Parameter("layers", .int(1...8, log: false))])
    let earlier = try EarlierTrials(
      Table.parse(text, name: "a.csv"), space: narrow, goals: goals, measured: [MeasuredConstraint("latency <= 2")],
      fidelity: Fidelity("epochs", 1...27))
    #expect(earlier.trials.map(\.point) == [[1], [2]] && earlier.unfinishedCount == 1)
    #expect(earlier.trials.map(\.excess) == [1, -0.5])
  }

  /// Told the even half of a bowl's levels, a search begins near the bottom, which it did not see.
  @Test(
    "a search begins where earlier trials point to, and repeats none",
    arguments: [AlgorithmEntry.gp, .tpe, .auto, .localSearch])
  func warmStart(_ name: AlgorithmEntry) throws {
    let space = try grid(2, levels: 9)
    let all = (0..<81).map { space.point(ofNumber: $0) }
    let earlier = all.filter { $0 != [3, 3] && ($0[0] + $0[1]).truncatingRemainder(dividingBy: 2) == 0 }
    func trials(_ name: AlgorithmEntry, _ seed: UInt64, _ known: [SearchSpace.Point]) throws -> Int {
      var study = Study(space, try name.algorithm(), seed: seed)
      for point in known {
        let isNews = study.add(EarlierTrial(point, losses: [bowl(point)]))
        let isNewsAgain = study.add(EarlierTrial(point, losses: [0]))
        #expect(isNews && !isNewsAgain)
      }
      #expect(study.earlierCount == known.count && study.trials.count == known.count)
      for count in 1...41 {
        let asked = study.ask()
        let trial = try #require(asked)
        #expect(!known.contains(trial.point))
        if trial.point == [3, 3] { return count }
        try study.tell(trial.number, loss: bowl(trial.point))
      }
      return 41
    }
    let warm = try (0..<20).reduce(0) { $0 + (try trials(name, $1, earlier)) }
    let cold = try (0..<20).reduce(0) { $0 + (try trials(name, $1, [])) }
    #expect(Double(warm) < 0.7 * Double(cold), "\(warm) \(cold)")
  }

  @Test("a study goes on with the earlier trials that are in its store")
  func stored() async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let space = try grid(2)
    func runner(_ store: StudyStore?) throws -> StudyRunner {
      StudyRunner(
        Study(space, try AlgorithmEntry.tpe.algorithm(), seed: 4), seed: 4, goals: [Goal("loss", .minimize)],
        limits: .init(budget: .init(trials: 12)), store: store)
    }
    let store = try StudyStore.create(in: folder, fingerprint: "", description: "")
    let first = try runner(store)
    let earlier = [EarlierTrial([1, 1], losses: [bowl([1, 1])]), EarlierTrial([3, 2], losses: [bowl([3, 2])])]
    #expect(try await first.begin(with: earlier + earlier) == 2)
    try await first.run(workers: 1) { job, _ in
      let point = job.values.map { pair -> Double in
        if case .number(let number) = pair.value { number } else { 0 }
      }
      return TrialResult(.finished(values: [bowl(point)]), TrialRecord(seconds: 0))
    }
    #expect(await first.study.trials.count == 14)
    let again = try runner(nil)
    try await again.replay(try store.events())
    let (one, other) = (await first.study, await again.study)
    #expect(one.trials == other.trials && other.earlierCount == 2)
  }
}
