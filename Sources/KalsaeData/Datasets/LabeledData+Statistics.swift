import KalsaeSupport

extension LabeledData {
    /// The mean and the (population) deviation of each feature, of images of each channel, as a network
    /// gets them: pixels by 255. Two passes in double precision; images in files are decoded for it.
    ///
    /// - Throws: a `KalsaeError` without an example, and for an image that cannot be decoded.
    package func statistics() throws(KalsaeError) -> (mean: [Double], deviation: [Double]) {
        let width = featureShape.last ?? 1
        let perRow = featureShape.reduce(1, *)
        guard count > 0, width > 0, perRow > 0 else {
            throw KalsaeError(
                "statistics", expected: "examples with numbers", got: "\(count) of \(featureShape)")
        }
        let number = Double(count * (perRow / width))
        var mean = [Double](repeating: 0, count: width)
        try eachNumber { mean[$0] += $1 }
        for feature in mean.indices { mean[feature] /= number }
        var squares = [Double](repeating: 0, count: width)
        try eachNumber { squares[$0] += ($1 - mean[$0]) * ($1 - mean[$0]) }
        return (mean, squares.map { ($0 / number).squareRoot() })
    }

    /// Images that are decoded at once.
    private static let decodedImages = 256

    /// Hands on all numbers with the feature, or channel, that they are of.
    private func eachNumber(_ body: (Int, Double) -> Void) throws(KalsaeError) {
        let width = featureShape.last ?? 1
        func pass(_ bytes: [UInt8]) {
            for (index, byte) in bytes.enumerated() { body(index % width, Double(byte) / 255) }
        }
        switch features {
        case .floats(let values):
            for (index, value) in values.enumerated() { body(index % width, Double(value)) }
        case .bytes(let bytes): pass(bytes)
        case .images(let rows):
            for start in stride(from: 0, to: count, by: Self.decodedImages) {
                pass(try rows.bytes(of: start..<min(start + Self.decodedImages, count)))
            }
        }
    }

    /// The same examples with numbers to predict that are standardized by another scale.
    func rescaled(to scale: TargetScale) -> LabeledData {
        guard case .values(let values, let own) = targets, own != scale else { return self }
        let changed = values.map { Float(scale.apply(own.invert(Double($0)))) }
        return LabeledData(fitting: features, featureShape, .values(changed, scale: scale)).marked(
            weights: weights, groups: groups, times: times)
    }

    /// The scale of the numbers to predict, by these examples alone; nil for classes.
    ///
    /// - Throws: a `KalsaeError` where all are equal.
    func fittedScale(_ subject: String) throws(KalsaeError) -> TargetScale? {
        guard case .values(let values, let own) = targets else { return nil }
        let raw = values.map { own.invert(Double($0)) }
        guard let scale = TargetScale(of: raw, loss: own.loss) else {
            throw KalsaeError(
                subject, expected: "targets of the training rows that differ",
                got: "\(raw.count) times \(raw.first ?? 0)")
        }
        return scale
    }
}

extension DataParts {
    /// The same parts with numbers to predict that are standardized by the training rows alone.
    func rescaled(_ subject: String) throws(KalsaeError) -> DataParts {
        guard let scale = try train.fittedScale(subject) else { return self }
        var parts = DataParts(
            name: name, train: train.rescaled(to: scale),
            validation: validation.rescaled(to: scale),
            test: test.rescaled(to: scale), encoder: encoder, guesses: guesses)
        (parts.streamed, parts.split) = (streamed, split)
        return parts
    }
}
