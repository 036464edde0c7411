/// The shell by which a job is begun on each of its nodes where an engine starts the same on all of them.
///
/// Every node goes through ``JobScript/fileName``; those after the first do so as a part of the attempt, in a folder of their
/// own in its folder, so that only the first says how it ended.
struct NodeScript: Sendable {
  /// Of the environment: what number a node has, from 0.
  let rank: String
  /// Lines of shell that come before, as the user gives them.
  let setup: [String]
  /// More lines of shell, of the engine.
  var more: [String] = []
  /// ``EngineJob/limit``, where the engine keeps none.
  var limit = ""

  /// What the script takes from the environment.
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
}

/// A folder of the machines that jobs run on, and what lies there.
public struct EngineMount: Sendable, Hashable, Codable {
  public let path: String
  public let source: String

  public init(path: String, source: String) { (self.path, self.source) = (path, source) }

  /// Whether a folder lies in it.
  func holds(_ directory: String) -> Bool {
    let own = path.hasSuffix("/") ? path : path + "/"
    return (directory + "/").hasPrefix(own)
  }
}
