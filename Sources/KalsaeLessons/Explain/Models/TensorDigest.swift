import Kalsae
import KalsaeFiles
import KalsaePlots

/// A tensor's numbers in short: all of them where they are few, else their range and mean.
public struct TensorDigest: Sendable, Equatable {
    /// The sizes of the axes, without the batch.
    public let shape: [Int]
    /// All numbers; empty where there are more than ``mostKept``.
    public let values: [Double]
    /// How many there are.
    public let count: Int
    /// The least of them; NaN where one is.
    public let least: Double
    /// Their mean.
    public let mean: Double
    /// The greatest of them; NaN where one is.
    public let greatest: Double

    /// The most numbers that are kept.
    public static let mostKept = 1024
    /// The most numbers that are shown.
    static let mostShown = 8

    init(_ tensor: Tensor, isBatch: Bool = false) throws {
        self.init(
            try tensor.values(Double.self),
            shape: isBatch ? Array(tensor.shape.sizes.dropFirst()) : tensor.shape.sizes)
    }

    init(_ all: [Double], shape: [Int]) {
        self.shape = shape
        count = all.count
        values = all.count <= Self.mostKept ? all : []
        // A sum that its own roundings could make is one of 0, as of the gradients of a softmax.
        let (sum, size) = (all.reduce(0, +), all.reduce(0) { $0 + $1.magnitude })
        let isRounding = sum.isFinite && sum.magnitude <= Double(all.count) * .ulpOfOne * size
        mean = isRounding ? 0 : sum / Double(all.count)
        let hasNaN = all.contains(where: \.isNaN)
        least = hasNaN ? .nan : all.min() ?? .nan
        greatest = hasNaN ? .nan : all.max() ?? .nan
    }

    /// The shape as text; nothing for one number.
    var shapeText: String { shape.isEmpty ? "" : "\(shape)" }

    /// The numbers as text: all of up to four, else range and mean.
    var text: String {
        count <= 4 ? lines.joined(separator: " ") : range.joined(separator: ", ")
    }

    /// The numbers in lines: all of up to eight, else range and mean.
    var lines: [String] {
        guard count <= Self.mostShown, !values.isEmpty else { return range }
        return stride(from: 0, to: count, by: 4).map { start in
            values[start..<Swift.min(start + 4, count)].map(Self.short).joined(separator: ", ")
                + (start + 4 < count ? "," : "")
        }
    }

    private var range: [String] {
        ["\(Self.short(least)) … \(Self.short(greatest))", "mean \(Self.short(mean))"]
    }

    private static func short(_ value: Double) -> String { NumberText.short(value) }

    /// Shape and numbers, for files.
    var json: JSONValue {
        var members = [
            JSONValue.Member("shape", .array(shape.map { .integer($0) })),
            JSONValue.Member("min", .number(least)), JSONValue.Member("mean", .number(mean)),
            JSONValue.Member("max", .number(greatest)),
        ]
        if !values.isEmpty {
            members.append(JSONValue.Member("values", .array(values.map { .number($0) })))
        }
        return .object(members)
    }
}
