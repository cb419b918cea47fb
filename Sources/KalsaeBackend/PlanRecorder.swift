import Glibc
import Synchronization

/// Times of a plan's instructions, run by run, for whoever gives one to ``Plan/record(into:)``.
public final class PlanRecorder: Sendable {
    /// What was recorded so far.
    public struct Record: Sendable {
        /// Runs that were recorded.
        public var runs = 0
        /// Nanoseconds of each instruction, over all runs.
        public var totals: [Double] = []
        /// The least nanoseconds of each instruction.
        public var minima: [Double] = []
        /// How often parts of each instruction were left to the vector units, over all runs, since
        /// operands had infinities, NaN or numbers that tiles of bfloat16 are too coarse for.
        public var fallbacks: [Int] = []
        /// The least nanoseconds of a whole run.
        public var leastRun = Double.infinity
        /// The last runs: when each instruction began, and last when the run was over.
        public var marks: [[UInt64]] = []

        /// Mean nanoseconds of an instruction.
        public func mean(_ index: Int) -> Double {
            runs > 0 && totals.indices.contains(index) ? totals[index] / Double(runs) : 0
        }
    }

    private let state = Mutex(Record())
    private let kept: Int

    /// Makes an empty recorder.
    ///
    /// - Parameter kept: how many of the last runs are kept moment by moment.
    public init(keeping kept: Int = 0) { self.kept = kept }

    /// What was recorded so far.
    public var record: Record { state.withLock { $0 } }

    /// The monotonic clock in nanoseconds.
    public static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }

    /// Adds one run: when each instruction began, and last when the run was over.
    ///
    /// - Parameter fallbacks: parts of each instruction that another engine did; empty for none.
    /// - Returns: the number of runs so far.
    @discardableResult
    public func add(_ marks: [UInt64], fallbacks: [Int] = []) -> Int {
        state.withLock { record in
            let count = max(marks.count - 1, 0)
            if record.totals.count != count {
                record = Record()
                record.totals = [Double](repeating: 0, count: count)
                record.minima = [Double](repeating: .infinity, count: count)
                record.fallbacks = [Int](repeating: 0, count: count)
            }
            for (index, count) in fallbacks.enumerated() where index < record.fallbacks.count {
                record.fallbacks[index] += count
            }
            record.runs += 1
            for index in 0..<count {
                let time = Double(marks[index + 1] &- marks[index])
                record.totals[index] += time
                record.minima[index] = min(record.minima[index], time)
            }
            if let first = marks.first, let last = marks.last {
                record.leastRun = min(record.leastRun, Double(last &- first))
            }
            if kept > 0 {
                if record.marks.count == kept { record.marks.removeFirst() }
                record.marks.append(marks)
            }
            return record.runs
        }
    }
}
