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
            let own = row * size
            for _ in 0..<2 {
                for other in 0..<row {
                    var product = 0.0
                    for place in 0..<size {
                        product += all[own + place] * all[other * size + place]
                    }
                    for place in 0..<size {
                        all[own + place] -= product * all[other * size + place]
                    }
                }
            }
            var squares = 0.0
            for place in 0..<size { squares += all[own + place] * all[own + place] }
            let scale = 1 / squares.squareRoot()
            for place in 0..<size { all[own + place] *= scale }
        }
    }
}
