import Glibc
import KalsaeData
import KalsaeFiles
import KalsaeSupport

/// A CSV file that takes more memory than data may: a stream of its rows, or rows drawn at random.
struct LargeTable {
    let path: String
    /// Bytes of the file, and those that data may take.
    let size: Int
    let memory: Int

    /// Bytes that a byte of text takes until its rows are numbers of a network, measured.
    private static let memoryPerByte = 4
    /// What share of the memory the text of rows is that are learned: drawing them takes it thrice.
    private static let sampleShare = 8
    /// Rows that validate, or test, where no shares are asked for.
    private static let mostHeld = 100_000

    /// Nil where the file fits, or its size is not known.
    init?(_ path: String, memory: Int) {
        var status = stat()
        guard path != "-", stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            return nil
        }
        let packed = path.lowercased().hasSuffix(".gz")
        let bytes = Int(status.st_size) * (packed ? 5 : 1)
        guard bytes > memory / Self.memoryPerByte else { return nil }
        (self.path, size, self.memory) = (path, Int(status.st_size), memory)
    }

    private func tell(_ what: String) {
        Notice.say(
            "\(path): a table of \(ByteCount.text(size)) may not fit into the "
                + "\(ByteCount.text(memory)) that data may take (--memory): \(what)")
    }

    /// All rows, encoded in a file.
    func streamed(
        target: String, options: TableOptions, reading: CSVOptions, seed: UInt64
    ) throws(KalsaeError) -> StreamedTable {
        tell("its rows are streamed")
        return try StreamedTable(
            path: path, target: target, options: options, reading: reading, memory: memory,
            seed: seed)
    }

    /// The parts of what is streamed.
    func parts(
        of table: StreamedTable, name: String, fractions: Split.Fractions, split: SplitOptions?,
        validation: Table?, test: Table?, seed: UInt64,
        fits: (Int, Int) throws(KalsaeError) -> Void
    ) throws(KalsaeError) -> DataParts {
        let folder = DataFolders.scratch
        let parts = try table.parts(
            fractions, name: name, validation: validation, test: test,
            mostHeld: split?.split == nil ? Self.mostHeld : nil, in: folder, seed: seed, fits: fits)
        let bytes = (parts.streamed?.byteCount ?? 0)
        Notice.say(
            "\(path): \(parts.trainCount) encoded rows wait in a file of \(ByteCount.text(bytes)) in "
                + "\(folder) (XDG_CACHE_HOME) that goes with the process; \(parts.validation.count) "
                + "rows validate, \(parts.test.count) test (--split)")
        return parts
    }

    /// As many rows as fit, drawn at random.
    func sample(
        target: String, reading: CSVOptions, seed: UInt64
    ) throws(KalsaeError) -> TableSample {
        tell("rows drawn at random are learned; --network and --epochs ask for a network of all")
        let passes = try CSVPasses(path: path, options: reading)
        let sample = try TableSample(
            passes, target: target, bytes: memory / Self.sampleShare, seed: seed)
        Notice.say(
            "\(path): \(sample.rows.count) of \(sample.rowCount.counting("row")) are learned, drawn at random"
        )
        return sample
    }
}
