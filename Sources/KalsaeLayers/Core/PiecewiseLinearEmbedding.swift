import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// Numbers with how far they have come through each of some intervals (Gorishniy, Rubachev and
/// Babenko, 2022): `[x, clip((x_f - lower_fi) / width_fi, 0, 1) - ½ …]`.
///
/// Input `[batch, features]`, output `[batch, features + columns · bins]`: all numbers as they are,
/// then the intervals of each chosen column. A linear layer behind it is a piecewise linear function
/// of each column. The intervals are no parameters: ``setBoundaries(_:)`` takes them from data, as
/// quantiles; before, the output of each is -½.
public struct PiecewiseLinearEmbedding: Layer {
    /// The lower ends of the intervals, `[columns, bins]`.
    public var lower: Tensor
    /// One over the widths, `[columns, bins]`; 0 for an interval that there is not.
    public var inverseWidth: Tensor
    /// The layer's settings.
    public let settings: Settings
    /// Nothing is trained.
    public static let parts = Parts<Self>().state(\.lower, \.inverseWidth)

    /// The settings of the embedding.
    public struct Settings: LayerSettings {
        /// `piecewiseLinear`.
        public static let kind = "piecewiseLinear"
        /// Default settings.
        public static let defaults = Self()
        /// The keys that a file must have.
        public static let requiredKeys: Set = ["columns"]
        /// The columns of the input that get intervals, from 0.
        public var columns: [Int]
        /// The intervals of a column.
        public var bins: Int

        /// Makes settings.
        public init(columns: [Int] = [], bins: Int = 16) {
            self.columns = columns
            self.bins = bins
        }

        /// The layer for `[features]`.
        public func layer(input: Shape) throws -> any Layer {
            guard input.rank == 1, columns.allSatisfy({ (0..<input[0]).contains($0) }), bins >= 1,
                !columns.isEmpty, bins <= 1024
            else {
                throw KalsaeError(
                    Self.kind, expected: "columns of the input [features] and 1 to 1,024 bins",
                    got: "columns \(columns) of \(input), \(bins) bins")
            }
            return PiecewiseLinearEmbedding(self)
        }
    }

    /// Makes a layer without intervals.
    public init(_ settings: Settings) {
        self.settings = settings
        let shape: Shape = [settings.columns.count, settings.bins]
        lower = .zeros(shape)
        inverseWidth = .zeros(shape)
    }

    /// Takes the ends of each column's intervals, ascending: one more than it has intervals, of which
    /// there may be fewer than `bins`.
    public mutating func setBoundaries(_ boundaries: [[Float]]) {
        let bins = settings.bins
        var (starts, inverses): ([Float], [Float]) = ([], [])
        for column in settings.columns.indices {
            let ends = column < boundaries.count ? boundaries[column] : []
            for bin in 0..<bins {
                let isThere = bin + 1 < ends.count && ends[bin + 1] > ends[bin]
                starts.append(isThere ? ends[bin] : 0)
                inverses.append(isThere ? 1 / (ends[bin + 1] - ends[bin]) : 0)
            }
        }
        lower = Tensor(starts, shape: lower.shape)
        inverseWidth = Tensor(inverses, shape: lower.shape)
    }

    /// The numbers and their intervals.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        if x.fault != nil { return x }
        let count = settings.columns.count
        guard x.rank == 2, let last = settings.columns.max(), last < x.shape[1] else {
            return refusal(
                Settings.kind,
                expected: "input [batch, features] with the columns "
                    + "\(settings.columns)", got: "\(x.shape)", [lower])
        }
        let chosen = columns(of: x).reshaped(to: [x.shape[0], count, 1])
        let shape: Shape = [1, count, settings.bins]
        let shares = (chosen - lower.reshaped(to: shape)) * inverseWidth.reshaped(to: shape)
        let parts = shares.clipped(to: 0...1) - 0.5
        return .concatenate(
            [x, parts.reshaped(to: [x.shape[0], count * settings.bins])], axis: 1)
    }

    private func columns(of x: Tensor) -> Tensor {
        let columns = settings.columns
        // A run of columns is a view, others are gathered.
        if let first = columns.first, columns == Array(first..<(first + columns.count)) {
            return x[
                TensorIndex.ellipsis,
                TensorIndex.range(start: first, end: first + columns.count, step: 1)]
        }
        return x.gathered(at: Tensor(columns.map { Int32($0) }), axis: 1)
    }
}

extension LayerSpec {
    /// Numbers with intervals of some columns; see ``PiecewiseLinearEmbedding``.
    public static func piecewiseLinear(columns: [Int], bins: Int = 16) -> LayerSpec {
        LayerSpec(PiecewiseLinearEmbedding.Settings(columns: columns, bins: bins))
    }
}
