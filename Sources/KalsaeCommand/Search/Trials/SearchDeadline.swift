import KalsaeTraining

/// When a call is to end: trials that train then are given back, as by Ctrl-C.
struct SearchDeadline: Sendable {
    private let end: ContinuousClock.Instant?

    init(_ begin: ContinuousClock.Instant, _ seconds: Double?) {
        end = seconds.map { begin.advanced(by: .seconds($0)) }
    }

    /// Whether it is over.
    var isOver: Bool { end.map { ContinuousClock.now >= $0 } ?? false }

    /// Ends a training by a `TrainingStop` once it is over, or a signal came.
    func check() throws(TrainingStop) {
        try Interrupt.check()
        if isOver { throw TrainingStop("the time is over") }
    }
}

extension TrainingEnd {
    /// Whether somebody ended it, not its length or its patience.
    var isStop: Bool {
        switch self {
        case .completed, .earlyStopping: false
        case .stopped, .cancelled: true
        }
    }
}
