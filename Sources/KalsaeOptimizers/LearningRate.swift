import KalsaeSupport

/// What a learning rate must be.
package enum LearningRate {
    /// Throws for a rate that is negative or not finite.
    package static func check(_ rate: Double) throws(KalsaeError) {
        // The step computes with single precision.
        guard rate >= 0, Float(rate).isFinite else {
            throw KalsaeError(
                "learning rate", expected: "a finite number of at least 0", got: "\(rate)")
        }
    }
}
