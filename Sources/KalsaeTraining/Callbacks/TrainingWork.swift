/// What a training spends beside its steps; no part of its state.
public struct TrainingWork: Sendable, Equatable {
    /// Seconds of the epoch that has just ended, and those of them in which the training waited for
    /// batches, estimated from the first and from each sixteenth batch; 0 within an epoch.
    public var seconds = 0.0, waiting = 0.0
    /// How often the step was compiled since the call began.
    public var compilations = 0
}

/// The time that an epoch waits for batches, taken of few of them.
struct WaitingTime {
    /// The first batch of an epoch may be made with an order of all rows.
    private var first = 0.0
    private var others = 0.0, count = 0

    /// Whether the time of a batch, from 0, is taken.
    static func isTaken(_ number: Int) -> Bool { number == 0 || number % 16 == 1 }

    mutating func add(_ seconds: Double, _ number: Int) {
        if number == 0 {
            first = seconds
        } else {
            others += seconds
            count += 1
        }
    }

    /// The estimate for so many batches.
    func seconds(of batches: Int) -> Double {
        first + (count > 0 ? others / Double(count) * Double(max(batches - 1, 0)) : 0)
    }
}
