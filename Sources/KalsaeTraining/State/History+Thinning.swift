extension History {
    /// The newest epochs that a file has whole, and about as many of those before.
    private static let kept = 100

    /// The history as a file has it, so that files stay small however long a training is: the newest
    /// 100 epochs, the best one, and of those before every second, fourth, eighth, …, at most 100.
    ///
    /// Thinning twice gives what thinning once gives.
    func thinned(keeping best: Int?) -> History {
        let older = epochCount - Self.kept
        guard older > 0 else { return self }
        var stride = 1
        while older / stride > Self.kept { stride *= 2 }
        var history = self
        history.epochs.removeAll { record in
            record.epoch <= older && record.epoch % stride != 0 && record.epoch != best
        }
        return history
    }
}
