import Dispatch
import KalsaeSupport
import Synchronization

/// Independent work on several threads.
package enum Parallel {
    /// How many threads read a file: the flag's number, else one per core.
    package static var threadCount: Int {
        let wanted = EnvironmentFlag.threads.integer
        return min(64, wanted > 0 ? wanted : Cores.available)
    }

    /// What `body` makes of each element, in their order.
    package static func map<Element: Sendable, Result: Sendable>(
        _ elements: [Element], threads: Int, _ body: @Sendable (Element) -> Result
    ) -> [Result] {
        guard threads > 1, elements.count > 1 else { return elements.map(body) }
        let results = Mutex([Result?](repeating: nil, count: elements.count))
        forEach(elements.indices, threads: threads) { index in
            let result = body(elements[index])
            results.withLock { $0[index] = result }
        }
        return results.withLock { $0 }.compactMap { $0 }
    }

    /// Runs `body` for each number, in any order.
    static func forEach(_ range: Range<Int>, threads: Int, _ body: @Sendable (Int) -> Void) {
        guard threads > 1, range.count > 1 else { return range.forEach(body) }
        let next = Atomic(range.lowerBound)
        DispatchQueue.concurrentPerform(iterations: min(threads, range.count)) { _ in
            while true {
                let index = next.add(1, ordering: .relaxed).oldValue
                guard index < range.upperBound else { return }
                body(index)
            }
        }
    }
}
