import Foundation
import Testing

private let slurmIsInstalled = ["/usr/sbin/slurmctld", "/usr/sbin/slurmd"].allSatisfy {
  FileManager.default.isExecutableFile(atPath: $0)
}

/// Jobs and searches through a real Slurm of two nodes on this machine, whose parts are killed meanwhile.
@Suite(.enabled(if: slurmIsInstalled, "Slurm is not installed: apt-get install slurm-wlm"), .serialized)
struct SlurmTests {
  private static let cluster = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../Slurm/cluster.sh").standardizedFileURL.path

  /// Runs a script beside a cluster; `$C` is the cluster's own script, `$S` its directory.
  private func beside(_ place: Workplace, _ script: String) throws -> Outcome {
    try place.shell(
      """
      C='\(Self.cluster)'; S="$PWD/slurm"
      trap '"$C" stop "$S"' EXIT
      export $("$C" start "$S") || exit 99
      \(script)
      """)
  }

  private static let trainer = """
    schema: windtunnel.trainer/1
    command: [sh, -c, "echo {name} >> \\"$HOME_OF_TEST/begun\\"; \\"$HOME_OF_TEST/train.sh\\" {name}"]
    metrics: json_lines
    """

  private static let jobs = """
    schema: windtunnel.job/1
    name: pilot
    engine: {kind: slurm, poll: 1 s, notice: 30 s}
    trainer: trainer.yaml
    model: {layers: 1, hidden: 8, heads: 1, vocabulary: 256}
    training: {tokens: 1K, sequence: 8, batch: 2}
    optimizer: {lr: 1e-3}
    runs:
      - {name: good}
      - {name: bad, retries: 1}
      - {name: after, after: [good]}
      - {name: never, after: [bad]}
      - {name: gpus, resources: {gpus: 2, cpus: 2, memory: 1 GB}}
      - {name: long, resources: {time: 60 s}}
    """

  /// Writes the trainer, and other jobs under the same header.
  private func writeJobs(to place: Workplace, _ runs: String) throws {
    try place.write(Self.trainer, to: "trainer.yaml")
    let header = try #require(Self.jobs.range(of: "runs:")).upperBound
    try place.write(Self.jobs[..<header] + "\n" + runs, to: "jobs.yaml")
  }

  @Test("jobs of a launch run on Slurm, and continue after their time limit and after whoever launched them is killed")
  func launch() throws {
    let place = try Workplace()
    try place.write(Self.trainer, to: "trainer.yaml")
    try place.write(Self.jobs, to: "jobs.yaml")
    // The long one saves what it has when it is told that its time is up, and goes on from there.
    try place.write(
      """
      #!/bin/sh
      cd "$HOME_OF_TEST"
      case "$1" in
      bad) exit 3 ;;
      gpus) echo "$SLURM_GPUS_ON_NODE" > gpus ;;
      long)
        trap 'echo told >> told; exit 9' TERM
        if [ -e told ]; then echo again > again; exit 0; fi
        sleep 300 & wait ;;
      esac
      echo '{"step": 1, "loss": 2.5}' > "$WINDTUNNEL_METRICS"
      """, to: "train.sh")
    let run = try beside(
      place,
      """
      chmod +x train.sh; export HOME_OF_TEST="$PWD"
      $W launch jobs.yaml > first 2>&1 & launch=$!
      for i in $(seq 100); do grep -q long begun 2> /dev/null && break; sleep 0.2; done
      kill -KILL $launch
      $W launch jobs.yaml --format json; echo "code $?" >&2
      $W jobs collect runs/pilot --output runs.csv
      """)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors.contains("code 1"), "\(run.errors)")
    let entries = try #require(try run.json()["jobs"] as? [[String: Any]])
    let states = Dictionary(
      uniqueKeysWithValues: entries.map { ($0["name"] as? String ?? "", $0["state"] as? String ?? "") })
    #expect(
      states == [
        "good": "succeeded", "bad": "failed", "after": "succeeded", "never": "failed", "gpus": "succeeded",
        "long": "succeeded",
      ], "\(run.errors)")
    let begun = String(decoding: try place.read("begun"), as: UTF8.self).split(separator: "\n").sorted()
    #expect(begun == ["after", "bad", "bad", "good", "gpus", "long", "long"])
    #expect(String(decoding: try place.read("gpus"), as: UTF8.self) == "2\n")
    #expect(String(decoding: try place.read("told"), as: UTF8.self) == "told\n")
    let table = String(decoding: try place.read("runs.csv"), as: UTF8.self).split(separator: "\n")
    #expect(table.count == 5 && table[1].hasPrefix("good,") && table[1].contains(",2.5,"))
  }

  @Test("jobs that come after others wait in Slurm's own queue, and begin while nobody follows them")
  func order() throws {
    let place = try Workplace()
    try writeJobs(
      to: place,
      """
      - {name: first}
      - {name: second, after: [first]}
      - {name: third, after: [first, second]}
      - {name: unlucky, retries: 1}
      - {name: heir, after: [unlucky]}
      - {name: next, after: [heir]}
      """)
    try place.write(
      """
      #!/bin/sh
      cd "$HOME_OF_TEST"
      case "$1" in first | unlucky) until [ -e go ]; do sleep 0.1; done ;; esac
      [ "$1" = unlucky ] && [ "$WINDTUNNEL_ATTEMPT" = 1 ] && exit 3
      echo "$1" >> ended
      """, to: "train.sh")
    let run = try beside(
      place,
      """
      chmod +x train.sh; export HOME_OF_TEST="$PWD"
      $W launch jobs.yaml --dry-run | grep -o -e '--dependency=.*-dep=no' > seen
      $W launch jobs.yaml > first 2>&1 & launch=$!
      for i in $(seq 150); do [ "$(squeue --noheader --array | wc -l)" = 6 ] && break; sleep 0.2; done
      kill -KILL $launch; touch go
      for i in $(seq 150); do grep -q third ended 2> /dev/null && break; sleep 0.2; done
      { cat ended; squeue --noheader --format=%T,%r | sort; } >> seen
      $W launch jobs.yaml --format json
      squeue --noheader >> seen
      """)
    #expect(run.status == 0, "\(run.errors)")
    let seen = String(decoding: try place.read("seen"), as: UTF8.self)
    #expect(
      seen == """
        --dependency=afterok:<first>' --kill-on-invalid-dep=no
        --dependency=afterok:<first>:<second>' --kill-on-invalid-dep=no
        --dependency=afterok:<unlucky>' --kill-on-invalid-dep=no
        --dependency=afterok:<heir>' --kill-on-invalid-dep=no
        first
        second
        third
        PENDING,Dependency
        PENDING,DependencyNeverSatisfied

        """, "\(run.errors)")
    let entries = try #require(try run.json()["jobs"] as? [[String: Any]])
    #expect(entries.allSatisfy { $0["state"] as? String == "succeeded" }, "\(run.errors)")
    #expect(entries.map { $0["attempt"] as? Int } == [1, 1, 1, 2, 1, 1])
    #expect(
      String(decoding: try place.read("ended"), as: UTF8.self) == "first\nsecond\nthird\nunlucky\nheir\nnext\n")
  }

  /// Slurm takes a job of an array that is cancelled in the queue for one that has succeeded.
  @Test("a job does not begin where what it comes after is cancelled in the queue")
  func cancelBefore() throws {
    let place = try Workplace()
    try writeJobs(
      to: place,
      """
      - {name: full-1, resources: {cpus: 16}}
      - {name: full-2, resources: {cpus: 16}}
      - {name: first, resources: {cpus: 16}}
      - {name: second, after: [first]}
      - {name: third, after: [second]}
      """)
    try place.write(
      "#!/bin/sh\ncd \"$HOME_OF_TEST\"\ncase $1 in full-*) until [ -e go ]; do sleep 0.1; done ;; esac\n",
      to: "train.sh")
    let run = try beside(
      place,
      """
      chmod +x train.sh; export HOME_OF_TEST="$PWD"
      $W launch jobs.yaml --format json & launch=$!
      for i in $(seq 150); do [ "$(squeue --noheader --array | wc -l)" = 5 ] && break; sleep 0.2; done
      $W jobs cancel runs/pilot first; touch go; wait $launch
      """)
    let entries = try #require(try run.json()["jobs"] as? [[String: Any]])
    #expect(
      entries.map { $0["state"] as? String } == ["succeeded", "succeeded", "cancelled", "failed", "failed"],
      "\(run.errors)")
    let begun = String(decoding: try place.read("begun"), as: UTF8.self).split(separator: "\n").sorted()
    #expect(begun == ["full-1", "full-2"])
  }

  @Test("every trial of a search is run once, whatever is killed meanwhile")
  func search() throws {
    let place = try Workplace()
    try place.write(
      #"""
      schema: windtunnel.search/1
      name: bowl
      space: {x: {int: [0, 999]}, y: {int: [0, 999]}}
      objective:
        command: >-
          echo {trial} >> begun; sleep 0.5; echo "{\"loss\": $(( ({x}-200)*({x}-200) + ({y}-90)*({y}-90) ))}";
          echo {trial} >> ended
        metric: loss
        direction: minimize
      algorithm: random
      budget: {trials: 300}
      workers: 100
      engine: {kind: slurm, outstanding: 100, poll: 1 s}
      directory: study
      """#, to: "x.yaml")
    let run = try beside(
      place,
      """
      $W search run x.yaml > /dev/null 2> first & search=$!
      sleep 4; kill -KILL $search; "$C" node kill n1 "$S"
      $W search run x.yaml --resume --format json & search=$!
      sleep 3; "$C" controller stop "$S"; sleep 4; "$C" controller start "$S"
      sleep 3; "$C" node start n1 "$S"
      wait $search
      """)
    #expect(run.status == 0, "\(run.errors)")
    let trials = try #require(try run.json()["trials"] as? [String: Int])
    #expect(trials["complete"] == 300 && trials["failed"] == 0, "\(trials)")
    let ended = String(decoding: try place.read("ended"), as: UTF8.self).split(separator: "\n")
    #expect(ended.count == 300 && Set(ended).count == 300)
  }

  @Test("a cancelled launch leaves nothing in the queue")
  func cancel() throws {
    let place = try Workplace()
    try place.write(Self.trainer, to: "trainer.yaml")
    try place.write(Self.jobs.replacingOccurrences(of: "notice: 30 s", with: "notice: 1 s"), to: "jobs.yaml")
    try place.write("#!/bin/sh\nsleep 100\n", to: "train.sh")
    let run = try beside(
      place,
      """
      chmod +x train.sh; export HOME_OF_TEST="$PWD"
      $W launch jobs.yaml > first 2>&1 & launch=$!
      for i in $(seq 100); do [ "$(wc -l < begun)" = 4 ] && break; sleep 0.2; done
      $W jobs cancel runs/pilot; wait $launch; echo "code $?" >&2
      for i in $(seq 50); do [ -z "$(squeue --noheader)" ] && break; sleep 0.2; done
      squeue --noheader
      """)
    #expect(run.status == 0 && run.text.isEmpty, "\(run.text) \(run.errors)")
    #expect(run.errors.contains("job long: cancelled") && run.errors.contains("code 1"), "\(run.errors)")
  }
}
