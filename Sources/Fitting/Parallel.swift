import COpenBLAS
import Dispatch
import Synchronization

/// Calls `body` for every index, on up to `threads` threads, each with its own state.
///
/// The assignment of indices to threads is arbitrary, so a result must depend on its index alone.
func forEachInParallel<State>(
  _ count: Int, threads: Int, state: @Sendable () -> State, body: @Sendable (Int, inout State) -> Void
) {
  // Called from several threads at once, a multithreaded library divides its sums by the threads that happen to be
  // free.
  openblas_set_num_threads(1)
  let workers = max(1, min(threads, count))
  guard workers > 1 else {
    var only = state()
    for index in 0..<count { body(index, &only) }
    return
  }
  let next = Atomic(0)
  let chunk = max(1, min(64, count / (workers * 8)))
  DispatchQueue.concurrentPerform(iterations: workers) { _ in
    var own = state()
    while true {
      let first = next.wrappingAdd(chunk, ordering: .relaxed).oldValue
      guard first < count else { return }
      for index in first..<min(first + chunk, count) { body(index, &own) }
    }
  }
}

/// The results of `body` for every index, in order, computed on up to `threads` threads.
package func mapInParallel<State, Result: Sendable>(
  _ count: Int, threads: Int, state: @Sendable () -> State, body: @Sendable (Int, inout State) -> Result
) -> [Result] {
  [Result](unsafeUninitializedCapacity: count) { buffer, initialized in
    nonisolated(unsafe) let results = buffer
    forEachInParallel(
      count, threads: threads, state: state,
      body: { index, state in
        // Each index is written once, by the one thread that took it.
        (results.baseAddress.unsafelyUnwrapped + index).initialize(to: body(index, &state))
      })
    initialized = count
  }
}
