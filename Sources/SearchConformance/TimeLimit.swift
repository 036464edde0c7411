import Foundation
import Synchronization

/// The answer of a function that runs on a thread of its own; nil where it does not return in
/// time.
func answer(within seconds: Double, _ body: @escaping @Sendable () -> [String]) -> [String]? {
  let slot = Slot()
  Thread {
    let answer = body()
    slot.answer.withLock { $0 = answer }
    slot.isFull.signal()
  }.start()
  guard slot.isFull.wait(timeout: .now() + seconds) == .success else { return nil }
  return slot.answer.withLock { $0 }
}

private final class Slot: Sendable {
  let answer = Mutex<[String]?>(nil)
  let isFull = DispatchSemaphore(value: 0)
}
