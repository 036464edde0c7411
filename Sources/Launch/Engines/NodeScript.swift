/// The shell script that starts a job on each of its nodes, for engines that start the same script on all of them.
///
/// Every node runs ``JobScript/fileName``. Nodes after the first run it in a folder of their own below the attempt's, so that
/// only the first writes how the attempt ended.
struct NodeScript: Sendable {
  /// The environment variable with the node's rank, from 0.
  let rank: String
  /// The user's lines of shell, which come first.
  let setup: [String]
  /// The engine's own lines of shell.
  var more: [String] = []
  /// ``EngineJob/limit``, where the engine enforces none.
  var limit = ""

  /// The environment that the script needs.
  static func environment(of job: EngineJob, owner: String) -> [String: String] {
    ["WINDTUNNEL_ATTEMPT": "\(job.attempt)", "WINDTUNNEL_JOB": job.directory, "WINDTUNNEL_OWNER": owner]
  }

  var text: String {
    let lines =
      setup + ["export WINDTUNNEL_NODE_RANK=\"${\(rank):-0}\""] + more + [
        "if [ \"$WINDTUNNEL_NODE_RANK\" != 0 ]; then",
        "  export WINDTUNNEL_ATTEMPT=\"$WINDTUNNEL_ATTEMPT/nodes/$WINDTUNNEL_NODE_RANK\"", "fi",
        "exec \(limit)sh \"$WINDTUNNEL_JOB/\(JobScript.fileName)\"",
      ]
    return lines.joined(separator: "\n") + "\n"
  }

  /// Whether a folder lies within a mounted one.
  static func isFolder(_ directory: String, within path: String) -> Bool {
    (directory + "/").hasPrefix(path.hasSuffix("/") ? path : path + "/")
  }
}
