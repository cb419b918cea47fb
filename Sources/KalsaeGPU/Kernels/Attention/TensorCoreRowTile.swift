import KalsaeGraph

/// 16 rows of each warp, multiplied by tensor cores; four lanes share a row. Scores stay in registers: as results of
/// one product they lie with the lanes as the left operand of the next one does, or columns of TF32 change places.
struct TensorCoreRowTile: AttentionTile {
    let format: TensorCoreFormat
    let rows: Int, columns: Int, features: Int
    let ownRows = 2

    /// Columns, from the most on.
    static let widths = [64, 32, 16]

    init(_ format: TensorCoreFormat, warps: Int, columns: Int, size: Int) {
        self.format = format
        (rows, self.columns) = (16 * warps, columns)
        features = (size + 15) / 16 * 16
    }

    var step: Int { columns }
    var groupSize: Int { rows * 2 }
    var type: String { format.cType }
    var byteSize: Int { format.byteSize }

    func converted(_ element: String, _ dtype: DType) -> String {
        format == .tf32 ? "tf32_of_f(\(element))" : element
    }

    func takesPieces(_ dtype: DType) -> Bool { dtype.byteSize == format.byteSize }

    private static let firstRow = "LID / 32 * 16"
    private static let lane = "LID % 32"

    func row(_ r: String) -> String { "\(Self.firstRow) + \(Self.lane) / 4 + \(r) * 8" }
    let isFirst = "LID % 4 == 0"
    func count(_ columns: Int) -> Int { columns / 2 }
    func ownRow(_ e: String) -> String { "\(e) / 2 % 2" }
    func column(_ e: String) -> String { "\(e) / 4 * 8 + LID % 4 * 2 + \(e) % 2" }

    func joined(_ value: String, by function: String) -> String {
        [1, 2].map {
            "\(value)[r] = \(function)_f32(\(value)[r], shuffle_xor(\(value)[r], \($0)));"
        }
        .joined(separator: "\n")
    }

    /// Elements of the 32 bytes that an instruction multiplies.
    private var depth: Int { 32 / format.byteSize }

    func scores(_ result: String, _ own: String, _ others: String) -> String {
        """
        UNROLL
        for (int kk = 0; kk < \(features); kk += \(depth)) {
        u32 a[4];
        load_matrices(a, \(own) + (\(Self.firstRow) + LID % 16) * \(stride) + kk + \(Self.lane) / 16 * \(depth / 2));
        UNROLL
        for (int g = 0; g < \(columns / 8); g += 2) {
        u32 b[4];
        load_matrices(b, \(others) + (c0 + g * 8 + \(Self.lane) / 16 * 8 + LID % 8) * \(stride) + kk + LID / 8 % 2 * \(depth / 2));
        \(format.function)(\(result) + g * 4, a, b);
        \(format.function)(\(result) + g * 4 + 4, a, b + 2);
        }
        }
        """
    }

    func sums(_ result: String, _ weights: String, _ others: String) -> String {
        format == .tf32 ? wideSums(result, weights, others) : halfSums(result, weights, others)
    }

    private func halfSums(_ result: String, _ weights: String, _ others: String) -> String {
        """
        UNROLL
        for (int kk = 0; kk < \(columns); kk += 16) {
        u32 a[4];
        UNROLL
        for (int j = 0; j < 4; j++) a[j] = \(format == .bfloat16 ? "bf16" : "half")_pair(\(weights)[kk / 2 + 2 * j], \(weights)[kk / 2 + 2 * j + 1]);
        UNROLL
        for (int g = 0; g < \(features / 8); g += 2) {
        u32 b[4];
        load_transposed_matrices(b, \(others) + (c0 + kk + LID % 16) * \(stride) + g * 8 + \(Self.lane) / 16 * 8);
        \(format.function)(\(result) + g * 4, a, b);
        \(format.function)(\(result) + g * 4 + 4, a, b + 2);
        }
        }
        """
    }

    /// Of eight columns the even ones come first, in both operands alike.
    private func wideSums(_ result: String, _ weights: String, _ others: String) -> String {
        """
        UNROLL
        for (int kk = 0; kk < \(columns); kk += 8) {
        u32 a[4];
        UNROLL
        for (int j = 0; j < 4; j++) a[j] = tf32_of_f(\(weights)[kk / 2 + j % 2 * 2 + j / 2]);
        UNROLL
        for (int g = 0; g < \(features / 8); g++) {
        u32 b[2];
        UNROLL
        for (int j = 0; j < 2; j++) b[j] = \(others)[(c0 + kk + LID % 4 * 2 + j) * \(stride) + g * 8 + \(Self.lane) / 4];
        \(format.function)(\(result) + g * 4, a, b);
        }
        }
        """
    }
}
