import KalsaeSupport

/// Sobol's sequence in [0, 1)^d, in the order of the Gray code, with 32 bits a coordinate.
package struct SobolSequence: Sendable {
    static let bits = 32
    static let greatestDimension = SobolDirections.rows.count + 1

    let dimension: Int
    /// For each coordinate its 32 direction numbers, the first bit of a number its highest.
    private var directions: [UInt32] = []
    private var shift: [UInt32]

    /// The sequence that was not scrambled: its point 0 is 0.
    package init(dimension: Int) {
        self.dimension = dimension
        shift = [UInt32](repeating: 0, count: dimension)
        for coordinate in 0..<dimension {
            directions += Self.directions(
                coordinate == 0 ? nil : SobolDirections.rows[coordinate - 1])
        }
    }

    /// v_i = m_i / 2^i with m_i = 2 a_1 m_(i−1) ⊕ 4 a_2 m_(i−2) ⊕ … ⊕ 2^s m_(i−s) ⊕ m_(i−s).
    private static func directions(_ row: SobolDirections.Row?) -> [UInt32] {
        guard let row else { return (0..<bits).map { 1 << UInt32(bits - 1 - $0) } }
        let degree = row.start.count
        var v = (0..<min(degree, bits)).map { row.start[$0] << UInt32(bits - 1 - $0) }
        while v.count < bits {
            let oldest = v[v.count - degree]
            var next = oldest ^ oldest >> UInt32(degree)
            for k in 1..<max(degree, 1) where row.polynomial >> UInt32(degree - 1 - k) & 1 == 1 {
                next ^= v[v.count - k]
            }
            v.append(next)
        }
        return v
    }

    /// The same under a random lower triangular matrix of bits and a shift for each coordinate,
    /// which keeps how evenly points lie.
    ///
    /// Source: Matoušek, "On the L2-discrepancy for anchored boxes" (1998).
    package func scrambled(seed: UInt64) -> SobolSequence {
        var scrambled = self
        for coordinate in 0..<dimension {
            var random = Philox(seed: seed, stream: 0x50b01, step: UInt64(coordinate))
            let rows = (0..<Self.bits).map { row -> UInt32 in
                let diagonal = 1 << UInt32(Self.bits - 1 - row)
                let above = row == 0 ? 0 : ~(UInt32.max >> UInt32(row))
                return UInt32(truncatingIfNeeded: random.next()) & above | UInt32(diagonal)
            }
            for bit in 0..<Self.bits {
                let index = coordinate * Self.bits + bit
                scrambled.directions[index] = rows.indices.reduce(0 as UInt32) { word, row in
                    let parity = UInt32((rows[row] & directions[index]).nonzeroBitCount & 1)
                    return word | parity << UInt32(Self.bits - 1 - row)
                }
            }
            scrambled.shift[coordinate] = UInt32(truncatingIfNeeded: random.next())
        }
        return scrambled
    }

    /// The point of an index.
    package func point(_ index: UInt32) -> [Double] {
        let gray = index ^ index >> 1
        return (0..<dimension).map { coordinate in
            var (word, left) = (shift[coordinate], gray)
            while left != 0 {
                word ^= directions[coordinate * Self.bits + left.trailingZeroBitCount]
                left &= left - 1
            }
            return Double(word) * 0x1p-32
        }
    }
}
