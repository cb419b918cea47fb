/// A Gaussian process given points and targets: mean and variance everywhere else.
struct GaussianProcess: Sendable {
    let kernel: MaternKernel
    /// The points, one behind the other.
    private(set) var points: [Double] = []
    private(set) var targets: [Double] = []
    private(set) var factor = Cholesky()
    private(set) var weights: [Double] = []

    init(_ kernel: MaternKernel) { self.kernel = kernel }

    private var dimension: Int { kernel.isChoice.count }

    /// The number of points.
    var count: Int { factor.count }

    /// Adds points; each costs O(n²). `update` comes behind.
    mutating func append(_ more: ArraySlice<Double>) {
        let added = more.count / max(1, dimension)
        for index in 0..<added {
            let start = more.startIndex + index * dimension
            let point = Array(more[start..<start + dimension])
            let row = kernel.covariances(point, points, count)
            factor.append(row, diagonal: kernel.variance + kernel.noise)
            points += point
        }
    }

    /// Takes the targets of all points.
    mutating func update(targets: [Double]) {
        self.targets = targets
        weights = targets
        factor.solve(&weights)
        factor.solveTransposed(&weights)
    }

    /// Adds a point whose target is the mean there, as of a trial that runs.
    mutating func believe(_ point: [Double]) {
        let mean = predict(point).mean
        append(point[...])
        update(targets: targets + [mean])
    }

    /// Mean and variance of the noiseless value at a point.
    func predict(_ point: [Double]) -> (mean: Double, variance: Double) {
        var row = kernel.covariances(point, points, count)
        let mean = row.withUnsafeBufferPointer { row in
            weights.withUnsafeBufferPointer { dot(row.baseAddress, $0.baseAddress, count) }
        }
        factor.solve(&row)
        let explained = row.withUnsafeBufferPointer { dot($0.baseAddress, $0.baseAddress, count) }
        return (mean, max(kernel.variance - explained, 1e-12))
    }

    /// The means at the points themselves: y − noise K⁻¹ y.
    var fitted: [Double] { zip(targets, weights).map { $0 - kernel.noise * $1 } }
}
