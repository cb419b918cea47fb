import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// Matrices whose columns stand at right angles.
enum Orthogonal {
    /// A matrix of normal random numbers, made orthogonal and multiplied by a gain.
    ///
    /// Gram and Schmidt's method in `Double`, each vector twice, which is exact to rounding
    /// (Giraud et al., 2005). Of normal numbers it draws all orthogonal matrices alike.
    static func tensor(_ shape: Shape, gain: Double, key: RandomKey) -> Tensor {
        guard shape.rank >= 2, shape.elementCount > 0 else {
            return Tensor(
                KalsaeError("orthogonal", expected: "at least two axes", got: "\(shape)"))
        }
        let columns = shape[shape.rank - 1]
        let rows = shape.elementCount / columns
        let (count, size) = (min(rows, columns), max(rows, columns))
        do {
            var numbers = try Tensor.normal([count, size], key: key, dtype: .float64)
                .values(Double.self)
            for row in 0..<count {
                orthogonalize(&numbers, row: row, size: size)
            }
            let vectors = Tensor(numbers, shape: [count, size])
            let matrix = count == columns ? vectors.transposed() : vectors
            return (matrix * gain).cast(to: .float32).reshaped(to: shape)
        } catch let fault as TensorFault {
            return Tensor(fault.error)
        } catch {
            return Tensor(KalsaeError("orthogonal", expected: "numbers", got: "\(error)"))
        }
    }

    /// Takes from a row what lies along the rows above, and makes its length 1.
    private static func orthogonalize(_ numbers: inout [Double], row: Int, size: Int) {
        numbers.withUnsafeMutableBufferPointer { all in
            guard let start = all.baseAddress else { return }
            let own = start + row * size
            for _ in 0..<2 {
                for other in 0..<row {
                    let product = dot(own, start + other * size, count: size)
                    for index in 0..<size { own[index] -= product * start[other * size + index] }
                }
            }
            let scale = 1 / dot(own, own, count: size).squareRoot()
            for index in 0..<size { own[index] *= scale }
        }
    }

    /// The product of two vectors, by eight sums side by side.
    private static func dot(
        _ left: UnsafePointer<Double>, _ right: UnsafePointer<Double>, count: Int
    ) -> Double {
        var sums = SIMD8<Double>()
        let whole = count - count % 8
        for start in stride(from: 0, to: whole, by: 8) {
            let (a, b) = (UnsafeRawPointer(left + start), UnsafeRawPointer(right + start))
            sums +=
                a.loadUnaligned(as: SIMD8<Double>.self) * b.loadUnaligned(as: SIMD8<Double>.self)
        }
        var sum = sums.sum()
        for index in whole..<count { sum += left[index] * right[index] }
        return sum
    }
}
