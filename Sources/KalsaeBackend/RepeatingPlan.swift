import KalsaeSupport

/// A plan that hands several runs to its device at once, so that the program waits once for all of them.
public protocol RepeatingPlan: Plan {
    /// Runs several times, one behind the other, as that many calls of
    /// ``Plan/run(inputs:outputs:binding:)`` would. Outputs that no input was donated for are returned, and
    /// what their buffers have is unspecified.
    ///
    /// - Parameters:
    ///   - times: how many runs, at least 1.
    ///   - binding: of ``PlanBinding/next()``.
    ///   - prepare: called with the number of each run, in order, to write the inputs that are rewritten.
    /// - Throws: what the device refuses, and what `prepare` throws where nothing has run yet; an error
    ///   behind that, as one of the data, is part of the result.
    func run(
        times: Int, inputs: [Buffer], outputs: [Buffer], binding: Int,
        prepare: (Int) throws(KalsaeError) -> Void
    ) throws(KalsaeError) -> RepeatedRuns
}

/// What several runs of a plan gave.
public struct RepeatedRuns: Sendable {
    /// For each run that ended well the bytes of the outputs that no input was donated for.
    public var results: [[[UInt8]]]
    /// What ended the run behind them, as an index out of range; it and those behind it changed no donated
    /// input.
    public var error: KalsaeError?

    /// Makes a result.
    public init(results: [[[UInt8]]], error: KalsaeError? = nil) {
        self.results = results
        self.error = error
    }
}
