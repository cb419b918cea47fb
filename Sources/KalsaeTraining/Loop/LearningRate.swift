import KalsaeSupport

/// What a learning rate must be.
enum LearningRate {
    static func check(_ rate: Double) throws(KalsaeError) {
        guard rate >= 0, rate.isFinite else {
            throw KalsaeError(
                "learning rate", expected: "a finite number of at least 0", got: "\(rate)")
        }
    }
}
