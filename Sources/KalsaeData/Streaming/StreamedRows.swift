import KalsaeFiles
import KalsaeSupport

/// Encoded rows of a table that does not fit into memory: they wait in a file without a name.
///
/// The file has blocks. Which rows a block has is random, a function of seed and row; so a block at a
/// time in random order, its rows shuffled, is nearly a shuffle of all rows.
package final class StreamedRows: Sendable {
    /// Rows.
    package let count: Int
    /// Inputs a row.
    package let width: Int
    /// What is predicted, without rows.
    package let targets: LabeledData.Targets
    /// Whether rows have weights of their own.
    package let hasWeights: Bool
    /// Rows of each block.
    package let blockCounts: [Int]
    /// Of classes the weights of all rows of each; empty for values.
    package let classSums: [Double]
    /// A checksum of all rows.
    package let checksum: UInt32

    private let file: ScratchFile
    private let pieces: [[Range<Int>]]

    fileprivate init(_ writer: borrowing Writer) {
        (count, width, targets) = (writer.counts.reduce(0, +), writer.width, writer.targets)
        (hasWeights, blockCounts) = (writer.hasWeights, writer.counts)
        (classSums, checksum) = (writer.classSums, writer.checksum)
        (file, pieces) = (writer.file, writer.pieces)
    }

    /// These rows and others, which become a block of their own behind them in the file.
    ///
    /// - Throws: a `KalsaeError` for rows of other inputs, and where the disc has no space.
    package func appending(_ others: [LabeledData]) throws(KalsaeError) -> StreamedRows {
        var own = Parts(counts: blockCounts, sums: classSums, pieces: pieces, checksum: checksum)
        for data in others where data.count > 0 {
            guard case .floats(let inputs) = data.features, data.featureShape == [width] else {
                throw KalsaeError(
                    "rows", expected: "\(width) inputs each", got: "\(data.featureShape)")
            }
            var numbers: [Float] = []
            numbers.reserveCapacity(data.count * stride)
            for row in 0..<data.count {
                numbers += inputs[(row * width)..<((row + 1) * width)]
                let weight = data.weights?[row] ?? 1
                switch data.targets {
                case .classes(let labels, _):
                    numbers.append(Float(bitPattern: UInt32(bitPattern: labels[row])))
                    own.sums[Int(labels[row])] += Double(weight)
                case .values(let values, _): numbers.append(values[row])
                }
                if hasWeights { numbers.append(weight) }
            }
            own.checksum = numbers.withUnsafeBytes { Checksum.crc32($0, after: own.checksum) }
            let start = try file.append(numbers)
            own.counts.append(data.count)
            own.pieces.append([start..<(start + numbers.count * MemoryLayout<Float>.stride)])
        }
        return StreamedRows(self, own)
    }

    /// What changes where rows come behind others.
    private struct Parts {
        var counts: [Int], sums: [Double], pieces: [[Range<Int>]], checksum: UInt32
    }

    private init(_ rows: StreamedRows, _ parts: Parts) {
        (count, width, targets) = (parts.counts.reduce(0, +), rows.width, rows.targets)
        (hasWeights, blockCounts, classSums) = (rows.hasWeights, parts.counts, parts.sums)
        (checksum, file, pieces) = (parts.checksum, rows.file, parts.pieces)
    }

    /// Bytes of the file.
    package var byteCount: Int { count * stride * MemoryLayout<Float>.stride }

    /// Numbers a row in a block: inputs, the target (of classes its bits), and the weight where rows
    /// have some.
    package var stride: Int { width + (hasWeights ? 2 : 1) }

    /// The rows of a block, one behind the other.
    package func block(_ index: Int) throws(KalsaeError) -> [Float] {
        var numbers: [Float] = []
        numbers.reserveCapacity(blockCounts[index] * stride)
        for piece in pieces[index] {
            try file.read(
                piece.count / MemoryLayout<Float>.stride, at: piece.lowerBound, into: &numbers)
        }
        return numbers
    }

    /// Says that a block will be asked for soon.
    package func willRead(_ index: Int) {
        for piece in pieces[index] { file.willRead(piece) }
    }

    /// Writes rows as they come.
    struct Writer: ~Copyable {
        fileprivate let width: Int
        fileprivate let targets: LabeledData.Targets
        fileprivate let hasWeights: Bool
        fileprivate let file: ScratchFile
        fileprivate var counts: [Int]
        fileprivate var classSums: [Double]
        fileprivate var checksum: UInt32 = 0
        fileprivate var pieces: [[Range<Int>]]
        private var pending: [[Float]]
        private let mostPending: Int
        private let hash: RowHash

        /// - Parameters:
        ///   - rows: about how many will come.
        ///   - targets: what is predicted, without rows.
        ///   - blockBytes: about how many bytes a block has.
        init(
            in folder: String, rows: Int, width: Int, targets: LabeledData.Targets,
            hasWeights: Bool, blockBytes: Int, seed: UInt64
        ) throws(KalsaeError) {
            (self.width, self.targets, self.hasWeights) = (width, targets, hasWeights)
            let bytes = rows * (width + (hasWeights ? 2 : 1)) * MemoryLayout<Float>.stride
            file = try ScratchFile(in: folder, bytes: bytes)
            let blocks = max(1, (bytes + blockBytes - 1) / max(1, blockBytes))
            counts = [Int](repeating: 0, count: blocks)
            pieces = [[Range<Int>]](repeating: [], count: blocks)
            pending = [[Float]](repeating: [], count: blocks)
            if case .classes(_, let names) = targets {
                classSums = [Double](repeating: 0, count: names.count)
            } else {
                classSums = []
            }
            // All that waits is no more than a block.
            mostPending = max(1_024, min(1 << 14, blockBytes / MemoryLayout<Float>.stride / blocks))
            hash = RowHash(.block, seed: seed)
        }

        /// Adds a row of the file.
        mutating func append(
            _ row: Int, _ inputs: ArraySlice<Float>, class label: Int32?, value: Float,
            weight: Float
        ) throws(KalsaeError) {
            let block = Int(((hash(UInt64(row)) >> 32) &* UInt64(counts.count)) >> 32)
            pending[block] += inputs
            if let label {
                pending[block].append(Float(bitPattern: UInt32(bitPattern: label)))
                classSums[Int(label)] += Double(weight)
            } else {
                pending[block].append(value)
            }
            if hasWeights { pending[block].append(weight) }
            counts[block] += 1
            if pending[block].count >= mostPending { try flush(block) }
        }

        private mutating func flush(_ block: Int) throws(KalsaeError) {
            let numbers = pending[block]
            guard !numbers.isEmpty else { return }
            checksum = numbers.withUnsafeBytes { Checksum.crc32($0, after: checksum) }
            let start = try file.append(numbers)
            let end = start + numbers.count * MemoryLayout<Float>.stride
            pieces[block].append(start..<end)
            pending[block].removeAll(keepingCapacity: true)
        }

        /// The rows, of which no more come.
        consuming func finish() throws(KalsaeError) -> StreamedRows {
            for block in counts.indices { try flush(block) }
            return StreamedRows(self)
        }
    }
}
