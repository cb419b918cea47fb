import KalsaeGraph

/// Rows that belong to a work item each, whose sums stay in registers; all of a group read the same other row
/// at the same time, 16 bytes for four multiplications.
struct PrivateRowTile: AttentionTile {
    let rows: Int, columns: Int, features: Int
    let step = 8
    var groupSize: Int { rows }
    let type = "float", byteSize = 4
    let ownRows = 1
    let isFirst = "1"

    /// From the largest on: own rows and others.
    static let shapes = [(64, 32), (64, 16), (32, 32), (32, 16), (32, 8)]

    init(rows: Int, columns: Int, size: Int) {
        (self.rows, self.columns) = (rows, columns)
        features = (size + 3) / 4 * 4
    }

    func converted(_ element: String, _ dtype: DType) -> String { dtype.number(element) }

    func takesPieces(_ dtype: DType) -> Bool { dtype == .float32 }

    func row(_ r: String) -> String { "LID" }
    func count(_ columns: Int) -> Int { columns }
    func ownRow(_ e: String) -> String { "0" }
    func column(_ e: String) -> String { e }
    func joined(_ value: String, by function: String) -> String { "" }

    func scores(_ result: String, _ own: String, _ others: String) -> String {
        """
        for (int d = 0; d < \(features); d += 4) {
        const float4 x = *(const LOCAL float4 *)(\(own) + LID * \(stride) + d);
        UNROLL
        for (int j = 0; j < \(step); j++) {
        const float4 y = *(const LOCAL float4 *)(\(others) + (c0 + j) * \(stride) + d);
        \(result)[j] = fma(x.w, y.w, fma(x.z, y.z, fma(x.y, y.y, fma(x.x, y.x, \(result)[j]))));
        }
        }
        """
    }

    func sums(_ result: String, _ weights: String, _ others: String) -> String {
        """
        UNROLL
        for (int j = 0; j < \(step); j++) {
        const float weight = \(weights)[j];
        UNROLL
        for (int d = 0; d < \(features); d += 4) {
        const float4 y = *(const LOCAL float4 *)(\(others) + (c0 + j) * \(stride) + d);
        \(result)[d] = fma(weight, y.x, \(result)[d]);
        \(result)[d + 1] = fma(weight, y.y, \(result)[d + 1]);
        \(result)[d + 2] = fma(weight, y.z, \(result)[d + 2]);
        \(result)[d + 3] = fma(weight, y.w, \(result)[d + 3]);
        }
        }
        """
    }
}
