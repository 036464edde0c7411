import Documents
import Foundation

/// The scripts by which a job runs, on any engine: `run.sh` on its first node, and `command.sh`, which that starts on each.
///
/// Each attempt has a folder with `out` and `err`, `metrics.jsonl`, `owner` (who runs it: where one attempt is started twice,
/// the second ends at once) and, when the command came to its end, `exit` with its code.
public struct JobScript: Sendable, Hashable {
  public static let fileName = "run.sh"
  static let commandName = "command.sh"

  public let files: [TrainerCall.File]

  /// - Parameter workingDirectory: where the command is run, an absolute path.
  public init(_ call: TrainerCall, of job: JobSpec, workingDirectory: String) {
    files =
      call.files + [
        .init(Self.commandName, Self.command(call, of: job)),
        .init(Self.fileName, Self.run(spreads: call.processes != .one, in: job.trainer.directory ?? workingDirectory)),
      ]
  }

  /// The script of a shell command line, such as a search's trial.
  public init(shell command: String, environment: [String: String], workingDirectory: String) {
    let exports = Self.exports(environment)
    files = [
      .init(Self.commandName, (["#!/bin/sh"] + exports + [command]).joined(separator: "\n") + "\n"),
      .init(Self.fileName, Self.run(spreads: false, in: workingDirectory)),
    ]
  }

  /// Writes the files into the job's directory.
  public func write(to directory: String) throws(LaunchError) {
    for file in files { try Self.write(file, to: directory) }
  }

  static func write(_ file: TrainerCall.File, to directory: String) throws(LaunchError) {
    let path = URL(fileURLWithPath: "\(directory)/\(file.name)")
    do {
      try FileManager.default.createDirectory(at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(file.text.utf8).write(to: path, options: .atomic)
    } catch {
      throw LaunchError("\(path.path): cannot be written: \(error.localizedDescription)")
    }
  }

  private static func exports(_ environment: [String: String]) -> [String] {
    environment.sorted { $0.key < $1.key }.map { "export \($0.key)=\(CommandTemplate.quoted($0.value))" }
  }

  private static func command(_ call: TrainerCall, of job: JobSpec) -> String {
    let environment = call.environment.merging(job.environment) { _, own in own }
    var lines = ["#!/bin/sh"]
    if job.resources.nodes > 1 {
      // Slurm numbers the nodes itself.
      lines.append("export WINDTUNNEL_NODE_RANK=\"${WINDTUNNEL_NODE_RANK:-${SLURM_NODEID:-0}}\"")
    }
    lines += exports(environment)
    var words = call.arguments.map(CommandTemplate.quoted).joined(separator: " ")
    if let resume = call.resume {
      let path = CommandTemplate.quoted(resume.path)
      let added = resume.arguments.map(CommandTemplate.quoted).joined(separator: " ")
      lines += ["set --", "if [ -f \(path) ] || [ -n \"$(ls \(path) 2> /dev/null)\" ]; then set -- \(added); fi"]
      words += " \"$@\""
    }
    let python = CommandTemplate.quoted(job.trainer.python)
    let (nodes, perNode) = (job.resources.nodes, max(1, job.resources.gpusPerNode))
    switch call.processes {
    case .one, .perNode: lines.append("exec \(words)")
    case .perDevice where nodes * perNode == 1: lines.append("exec \(python) \(words)")
    case .perDevice:
      lines.append(
        "exec \(python) -m torch.distributed.run --nnodes=\(nodes) --nproc-per-node=\(perNode) "
          + "--node-rank=\"${WINDTUNNEL_NODE_RANK:-0}\" --master-addr=\"${WINDTUNNEL_MAIN_NODE:-127.0.0.1}\" "
          + "--master-port=\"${WINDTUNNEL_MAIN_PORT:-29500}\" \(words)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func run(spreads: Bool, in directory: String) -> String {
    // The engine says how a command is started on every node; a single process is started here.
    let spread = spreads ? "$WINDTUNNEL_SPREAD " : ""
    return """
      #!/bin/sh
      # Runs this job; an engine sets WINDTUNNEL_ATTEMPT and WINDTUNNEL_OWNER.
      job=$(cd "$(dirname "$0")" && pwd) || exit 73
      here="$job/attempts/${WINDTUNNEL_ATTEMPT:=1}"
      owner="${WINDTUNNEL_OWNER:-process $$ $(cut -d' ' -f22 /proc/$$/stat)}"
      mkdir -p "$here" || exit 73
      if [ -e "$here/exit" ]; then exit "$(cat "$here/exit")"; fi
      # Who writes this first has the attempt, and keeps it where it is begun again.
      if ! (set -C; echo "$owner" > "$here/owner") 2> /dev/null && [ "$(cat "$here/owner")" != "$owner" ]; then
        echo "this attempt is run by another: $(cat "$here/owner")" >&2
        exit 75
      fi
      export WINDTUNNEL_ATTEMPT WINDTUNNEL_METRICS="$here/metrics.jsonl" WINDTUNNEL_JOB="$job"
      : "${WINDTUNNEL_SPREAD:=}"
      cd \(CommandTemplate.quoted(directory)) || exit 66
      asked=
      killer=
      stop() {
        asked=end
        date +%s.%N > "$here/asked"
        kill -TERM "-$child" 2> /dev/null
        if [ -n "${WINDTUNNEL_GRACE:-}" ] && [ -z "$killer" ]; then
          (sleep "$WINDTUNNEL_GRACE"; kill -KILL "-$child") > /dev/null 2>&1 &
          killer=$!
        fi
      }
      trap stop TERM INT
      # Its time is nearly up: it is to go on later.
      trap 'asked=later; kill -TERM "-$child" 2> /dev/null' USR1
      date +%s.%N > "$here/began"
      # In a process group of its own, all of which is told when it has to stop.
      setsid \(spread)sh "$job/\(commandName)" >> "$here/out" 2>> "$here/err" &
      child=$!
      while :; do
        wait "$child"
        code=$?
        kill -0 "$child" 2> /dev/null || break
      done
      if [ -n "$asked" ] && [ "$code" != 0 ]; then
        # Stopped from outside before its end: it goes on where it is started again, when what it saves is saved.
        while kill -0 "-$child" 2> /dev/null; do sleep 0.2; done
        [ -z "$killer" ] || kill "$killer" 2> /dev/null
        [ "$asked" = later ] && [ -n "${WINDTUNNEL_REQUEUE:-}" ] && $WINDTUNNEL_REQUEUE
        exit "$code"
      fi
      # What waits for this job's success in an engine's queue must not begin where nothing tells of it.
      { echo "$code" > "$here/exit.new" && mv "$here/exit.new" "$here/exit"; } || exit 73
      exit "$code"

      """
  }
}
