/// Eigenvalues and eigenvectors of a symmetric matrix by Jacobi's rotations.
enum SymmetricEigen {
    /// Values and, in rows, their unit vectors: A = Σ value · vector vectorᵀ. O(n³) a sweep.
    static func decomposed(_ matrix: [Double], _ n: Int) -> (values: [Double], vectors: [Double]) {
        var a = matrix
        var vectors = [Double](repeating: 0, count: n * n)
        for i in 0..<n { vectors[i * n + i] = 1 }
        for _ in 0..<50 {
            var outside = 0.0
            var inside = 0.0
            for i in 0..<n {
                inside += a[i * n + i] * a[i * n + i]
                for j in 0..<i { outside += a[i * n + j] * a[i * n + j] }
            }
            guard outside > 1e-28 * inside else { break }
            for p in 0..<n {
                for q in p + 1..<max(n, p + 1) { rotate(&a, &vectors, n, p, q) }
            }
        }
        return ((0..<n).map { a[$0 * n + $0] }, vectors)
    }

    /// Makes a[p, q] zero.
    private static func rotate(
        _ a: inout [Double], _ vectors: inout [Double], _ n: Int, _ p: Int, _ q: Int
    ) {
        let off = a[p * n + q]
        guard off != 0 else { return }
        let theta = (a[q * n + q] - a[p * n + p]) / (2 * off)
        let t = (theta < 0 ? -1 : 1) / (abs(theta) + (theta * theta + 1).squareRoot())
        let c = 1 / (t * t + 1).squareRoot()
        let s = t * c
        for k in 0..<n {
            let (kp, kq) = (a[k * n + p], a[k * n + q])
            a[k * n + p] = c * kp - s * kq
            a[k * n + q] = s * kp + c * kq
        }
        for k in 0..<n {
            let (pk, qk) = (a[p * n + k], a[q * n + k])
            a[p * n + k] = c * pk - s * qk
            a[q * n + k] = s * pk + c * qk
            let (vp, vq) = (vectors[p * n + k], vectors[q * n + k])
            vectors[p * n + k] = c * vp - s * vq
            vectors[q * n + k] = s * vp + c * vq
        }
    }
}
