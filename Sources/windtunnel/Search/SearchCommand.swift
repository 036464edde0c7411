import ArgumentParser
import Search
import Studies

struct SearchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search",
    abstract: "Find the best configuration of a YAML experiment within limits on resources.",
    discussion: """
      An experiment names a space, an objective, constraints and a budget. The objective is a table of results, one row per \
      configuration, found by its key columns. Constraints are expressions over the table's columns, and no trial breaks one.

        schema: windtunnel.search/1
        space:
          operation: {categorical: [skip, conv1x1, conv3x3]}
          width: {ordinal: [16, 32, 64]}
          layers: {int: [1, 12]}
        objective:
          table: results.csv
          join: latency.csv on arch_index
          key: [operation, width, layers]
          metric: accuracy
          direction: maximize
        constraints: ["latency_ms <= 2.9"]
        algorithm: auto
        budget: {trials: 200}

      The algorithms:

      \(AlgorithmOption.list)

      Parameters are {float: [1e-5, 0.1], log: true}, {float: [0, 1], step: 0.1}, {int: [1, 12]}, {ordinal: [16, 32]}, \
      {categorical: [a, b]}, {permutation: [a, b, c]}, bool and {constant: 3}; 'when: {optimizer: adam}' makes one \
      depend on another's value, and with 'prior: 0.01' half of the random values lie near one that is believed to be \
      good. Without a space, the space has every value of the key columns, numbers in their order.

      An objective can also be a command, run once per trial:

        objective:
          command: python3 train.py --lr {lr} --epochs {epochs}
          metric: loss
          direction: minimize
          fidelity: {epochs: [1, 27]}
          metrics: {loss: 'val loss ([0-9.]+)', epochs: 'epoch ([0-9]+)'}
          timeout: 2h
        workers: 4

      Its placeholders are the parameters, the fidelity's name, trial, seed, directory, checkpoint, parameters (a JSON \
      file), from (the fidelity that the trial reached before) and flags (all parameters as --name value); all but the \
      parameters are also environment variables, such as WINDTUNNEL_TRIAL. Metrics are JSON lines in the file WINDTUNNEL_METRICS or on \
      standard output, patterns as above, or {file: result.json}; the last value counts. With a fidelity, a line with \
      its value is an intermediate report, and a budget of N trials is the amount of N full trainings. The fidelity of a \
      table is a column: 'fidelity: epoch'.

      'forbidden: [{optimizer: sgd, batch: [512, 1024]}]' excludes combinations of values. \
      'start: [{learning_rate: 1e-3, layers: 4}]' is tried first, trained in full; parameters that it leaves open are drawn. \
      'earlier: results.csv' begins with trials that were run before: a table with the parameters and the metric, or as \
      'search export' and Optuna write them; they cost nothing, and none is repeated.

      'proposer: {endpoint: http://localhost:8000/v1, model: qwen3, task: ...}' lets a language model behind any endpoint \
      with OpenAI's chat completions API propose trials; with 'share: 0.5' it proposes half of them, and the algorithm the \
      rest. 'key: VARIABLE' names the environment variable with its key. With 'command:' in place of an endpoint, a program \
      reads the request and writes the reply. Replies that cannot be used are explained to the model, and counted.

      Metrics that only a trial measures can be constrained too, as 'measured: ["latency_ms <= 30"]': trials that exceed \
      the limit are never the best, and the search learns to avoid their region. A metric can be computed from others, as \
      'metric: score = accuracy - 0.1 * max(0, latency_ms / 30 - 1)'.

      With a fidelity, 'stopping: median' or 'stopping: curve' stops trials of an algorithm for full trainings, such as tpe, \
      that are worse than the median of finished trials, or whose curve is unlikely to end below the best.

      Several metrics, as 'metric: [accuracy, latency_ms]' with 'direction: [maximize, minimize]', give their Pareto front \
      in place of one best.

      Budgets are {trials: 200}, {cost: 3600} and {time: 2h}, whichever is spent first; a command's cost is its seconds, or \
      the value of 'cost:' of the objective, as 'cost: seconds / 3600 * 2.5' in dollars or 'cost: 6 * params * tokens' in \
      FLOPs. 'memory: 8 GB' of the objective limits each process, and 'repeats: 3' runs a trial with three seeds and takes \
      the means. 'retries: 2' tries failures again; 'failures_in_a_row: 10' ends the search.

      Examples:
        windtunnel search run Experiments/search-pilot.yaml
        windtunnel search run Experiments/search-pilot.yaml --seed 3 --format json
        windtunnel search bench Experiments/search-pilot.yaml --seeds 20
      """,
    subcommands: [
      SearchRunCommand.self, SearchShowCommand.self, SearchBestCommand.self, SearchMethodsCommand.self,
      SearchExportCommand.self,
      SearchBenchCommand.self,
    ])
}

/// The options of both searches and comparisons.
struct ExperimentOptions: ParsableArguments {
  @Argument(help: ArgumentHelp("The experiment in YAML.", valueName: "file"))
  var experiment: String

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The most trials; the experiment's own, or 100, unless given.", valueName: "N"))
  var trials: Int?

  func validate() throws {
    if let trials, !(1...10_000_000).contains(trials) {
      throw ValidationError("--trials must be from 1 to 10000000, not \(trials)")
    }
  }
}
