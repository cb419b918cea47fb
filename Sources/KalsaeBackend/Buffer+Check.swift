import KalsaeSupport

extension [Buffer] {
    /// Throws unless there is a buffer for each size, none smaller than that.
    ///
    /// - Parameter what: what they are of a plan, as `inputs`.
    package func check(byteCounts: [Int], _ what: String) throws(KalsaeError) {
        guard count == byteCounts.count else {
            throw KalsaeError("plan", expected: "\(byteCounts.count) \(what)", got: "\(count)")
        }
        for (buffer, count) in zip(self, byteCounts) where buffer.byteCount < count {
            throw KalsaeError(
                "plan \(what)", expected: "a buffer of \(count) bytes", got: "\(buffer.byteCount)")
        }
    }
}
