/// The covariance of two points: σ² (1 + √5 r + 5/3 r²) e^(−√5 r), r² = Σ θ_d δ_d².
///
/// δ of a number is the difference, of a choice 0 or 1; of a parameter that one of both lacks it is
/// 1, that both lack 0. Source: Rasmussen and Williams, "Gaussian processes for machine learning"
/// (2006), 4.2 (Matérn, ν = 5/2).
struct MaternKernel: Sendable {
    /// Which coordinates are choices.
    let isChoice: [Bool]
    /// θ: the inverse square of each length.
    var inverseSquares: [Double]
    /// σ².
    var variance = 1.0
    /// The variance of noise, which only a point with itself has.
    var noise = 1e-4

    /// Lengths of one half for all.
    init(isChoice: [Bool]) {
        self.isChoice = isChoice
        inverseSquares = [Double](repeating: 4, count: isChoice.count)
    }

    /// δ_d².
    @inline(__always) func square(
        _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ coordinate: Int
    ) -> Double {
        let difference = a[coordinate] - b[coordinate]
        if difference.isNaN { return a[coordinate].isNaN && b[coordinate].isNaN ? 0 : 1 }
        if isChoice[coordinate] { return abs(difference) < 1e-9 ? 0 : 1 }
        return difference * difference
    }

    /// The covariance of two points, and its derivative by r² as a factor.
    @inline(__always) func value(_ squared: Double) -> (value: Double, slope: Double) {
        let r = (5 * squared).squareRoot()
        let decay = variance * exponential(-r)
        return ((1 + r + r * r / 3) * decay, -5.0 / 6 * (1 + r) * decay)
    }

    /// Covariances of one point with `count` points that lie one behind the other.
    func covariances(_ point: [Double], _ points: [Double], _ count: Int) -> [Double] {
        let dimension = isChoice.count
        return [Double](unsafeUninitializedCapacity: count) { result, initialized in
            point.withUnsafeBufferPointer { point in
                points.withUnsafeBufferPointer { points in
                    guard let a = point.baseAddress, let all = points.baseAddress else { return }
                    for row in 0..<count {
                        let b = all + row * dimension
                        var squared = 0.0
                        for coordinate in 0..<dimension {
                            squared += inverseSquares[coordinate] * square(a, b, coordinate)
                        }
                        result[row] = value(squared).value
                    }
                    initialized = count
                }
            }
        }
    }
}
