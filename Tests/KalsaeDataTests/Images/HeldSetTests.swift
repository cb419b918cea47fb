import Foundation
import KalsaeData
import KalsaeFiles
import KalsaeSupport
import KalsaeTesting
import KalsaeTraining
import Testing

/// Rows of arrays and images that are held out: by shares, groups, times, folds, and sets of their own.
@Suite struct HeldSetTests {
    private static let count = 40

    private func withFolder(_ body: (String) throws -> Void) throws {
        let path = NSTemporaryDirectory() + "kalsae-held-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try body(path)
    }

    /// Row `r` has the inputs `r, 10 r` and the value `100 + r²`; eight groups of five, times downward.
    private func write(_ path: String, rows: Range<Int> = 0..<count) throws {
        let numbers = rows.map { Float($0) }
        let x = try NPY(numbers.flatMap { [$0, 10 * $0] }, shape: [rows.count, 2])
        let y = try NPY(numbers.map { 100 + $0 * $0 }, shape: [rows.count])
        func array(_ value: (Float) -> Float) throws -> NPY {
            try NPY(numbers.map(value), shape: [rows.count])
        }
        try AtomicFile.write(
            NPZ.encode([
                .init("x", x), .init("y", y), .init("patient", array { ($0 / 5).rounded(.down) }),
                .init("day", array { -$0 }), .init("w", array { $0 }),
            ]), to: path)
    }

    /// The numbers of the rows of a part, by their first input.
    private func rows(_ data: LabeledData) -> [Int] {
        guard case .floats(let values) = data.features else { return [] }
        return stride(from: 0, to: values.count, by: 2).map { Int(values[$0]) }
    }

    /// The values that are predicted, in their own units.
    private func values(_ data: LabeledData) -> [Double] {
        guard case .values(let values, let scale) = data.targets else { return [] }
        return values.map { scale.invert(Double($0)) }
    }

    private func checkScale(_ parts: DataParts) throws {
        let raw = rows(parts.train).map { 100 + Double($0 * $0) }
        let mean = raw.reduce(0, +) / Double(raw.count)
        let variance = raw.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(raw.count)
        for part in [parts.train, parts.validation, parts.test] {
            guard case .values(_, let scale) = part.targets else { throw CancellationError() }
            // Two roundings of float32 to standardized numbers, 2^-23 of at most 4 each.
            #expect(abs(scale.mean - mean) < 1e-5 * mean)
            #expect(abs(scale.deviation - variance.squareRoot()) < 1e-5 * variance.squareRoot())
            for (value, row) in zip(values(part), rows(part)) {
                #expect(abs(value - (100 + Double(row * row))) < 1e-5 * scale.deviation * 4)
            }
        }
    }

    @Test func valuesAreStandardizedByTheTrainingRowsAlone() throws {
        try withFolder { folder in
            try write("\(folder)/a.npz")
            let set = try #require(FileSet(path: "\(folder)/a.npz"))
            let parts = try set.load(name: "a", seed: 3)
            #expect([parts.train, parts.validation, parts.test].map(\.count) == [28, 6, 6])
            try checkScale(parts)
        }
    }

    @Test func groupsStayWholeAndTimesInOrder() throws {
        try withFolder { folder in
            try write("\(folder)/a.npz")
            let set = try #require(FileSet(path: "\(folder)/a.npz"))
            var options = FileSet.Options()
            options.group = "patient"
            let grouped = try set.load(name: "a", options: options, seed: 3)
            let groups = [grouped.train, grouped.validation, grouped.test].map { part in
                Set(rows(part).map { $0 / 5 })
            }
            #expect(groups.map(\.count).reduce(0, +) == 8 && groups.allSatisfy { !$0.isEmpty })
            (options.group, options.time, options.weight) = (nil, "day", "w")
            let timed = try set.load(name: "a", options: options, seed: 3)
            // The day falls with the row: the first rows are the newest.
            #expect(rows(timed.test) == Array(0..<6) && rows(timed.validation) == Array(6..<12))
            #expect(timed.train.weights == (12..<40).map { Float($0) })
            try checkScale(timed)
            options.time = "hour"
            #expect(
                message { _ = try set.load(name: "a", options: options, seed: 3) }.contains(
                    "expected an array hour with a time, got"))
            (options.time, options.weight) = (nil, "x")
            #expect(
                message { _ = try set.load(name: "a", options: options, seed: 3) }.contains(
                    "one for each of 40 rows, got sizes [40, 2]"))
        }
    }

    @Test func setsOfTheirOwnValidateAndTest() throws {
        try withFolder { folder in
            try write("\(folder)/a.npz")
            try write("\(folder)/v.npz", rows: 50..<55)
            try write("\(folder)/t.npz", rows: 60..<67)
            let set = try #require(FileSet(path: "\(folder)/a.npz"))
            var options = FileSet.Options()
            (options.validation, options.test) = ("\(folder)/v.npz", "\(folder)/t.npz")
            let none = Split.Fractions(validation: 0, test: 0)
            let parts = try set.load(name: "a", options: options, fractions: none, seed: 3)
            #expect(rows(parts.train) == Array(0..<40))
            #expect(rows(parts.validation) == Array(50..<55))
            #expect(rows(parts.test) == Array(60..<67))
            try checkScale(parts)
            options.test = "\(folder)/none.npz"
            #expect(
                message { _ = try set.load(name: "a", options: options, seed: 3) }.contains(
                    "none.npz: expected an NPZ file, or files of CIFAR, got another kind"))
            let wide = try NPY((0..<9).map { Float($0) }, shape: [3, 3])
            try AtomicFile.write(
                NPZ.encode([.init("x", wide), .init("y", try NPY([0.5, 1, 2], shape: [3]))]),
                to: "\(folder)/w.npz")
            options.test = "\(folder)/w.npz"
            #expect(
                message { _ = try set.load(name: "a", options: options, seed: 3) }.contains(
                    "expected rows like those of \(folder)/a.npz, [2], got [3]"))
        }
    }

    @Test func foldsTestEachRowOnce() throws {
        try withFolder { folder in
            try write("\(folder)/a.npz")
            let set = try #require(FileSet(path: "\(folder)/a.npz"))
            var options = FileSet.Options()
            (options.isWhole, options.group) = (true, "patient")
            let whole = try set.load(name: "a", options: options, seed: 3)
            #expect(rows(whole.train) == Array(0..<40) && whole.test.count == 0)
            let splits = try whole.folds(4, validation: 0.2, seed: 7)
            #expect(splits.flatMap(\.test).sorted() == Array(0..<40) && splits.count == 4)
            for split in splits {
                let parts = try whole.parts(split)
                let groups = [parts.train, parts.validation, parts.test].map { part in
                    Set(rows(part).map { $0 / 5 })
                }
                #expect(groups.map(\.count).reduce(0, +) == 8)
                try checkScale(parts)
            }
        }
    }

    @Test func imagesHaveFoldsTheirCopiesWhole() throws {
        let pictures = try PictureFolder(count: 9)
        defer { pictures.remove() }
        // Every red picture twice.
        for number in 0..<9 {
            let image = try ImageFile.pixels(path: "\(pictures.path)/red/\(1000 + number).png")
            try pictures.write(image, to: "red/\(2000 + number).png")
        }
        let other = try PictureFolder(count: 2)
        defer { other.remove() }
        let set = try #require(FileSet(path: pictures.path))
        var options = FileSet.Options()
        (options.isWhole, options.test) = (true, other.path)
        let whole = try set.load(name: "a", options: options, seed: 3)
        #expect(whole.train.count == 36 && whole.test.count == 6 && whole.validation.count == 0)
        let sources = try #require(whole.train.images?.sources.map(\.path))
        for split in try whole.folds(3, validation: 0.2, seed: 1) {
            let parts = [split.train, split.validation, split.test].map { rows in
                Set(rows.map { sources[$0].replacing("/2", with: "/1") })
            }
            #expect(parts.map(\.count).reduce(0, +) == 27)
        }
    }

    /// Means and deviations as in a book: of 0, 2, 4 and 6 they are 3 and √5.
    @Test func statisticsAreThoseOfEachChannel() throws {
        let floats = try LabeledData(
            features: .floats([0, 7, 2, 7, 4, 7, 6, 7]), featureShape: [2],
            targets: .classes([0, 1, 0, 1], names: ["a", "b"]))
        let own = try floats.statistics()
        #expect(own.mean == [3, 7] && own.deviation == [Double(5).squareRoot(), 0])
        let bytes = try LabeledData(
            features: .bytes([0, 255, 255, 255, 0, 0, 255, 0]), featureShape: [1, 2, 2],
            targets: .classes([0, 1], names: ["a", "b"]))
        #expect(try bytes.statistics().mean == [0.5, 0.5])
        let pictures = try PictureFolder(count: 4)
        defer { pictures.remove() }
        let parts = try #require(FileSet(path: pictures.path)).load(name: "p", seed: 1)
        let images = try #require(parts.train.images)
        let all = try images.bytes(of: 0..<parts.train.count)
        let found = try parts.train.statistics()
        for channel in 0..<3 {
            let values = stride(from: channel, to: all.count, by: 3).map { Double(all[$0]) / 255 }
            let mean = values.reduce(0, +) / Double(values.count)
            #expect(abs(found.mean[channel] - mean) < 1e-12)
        }
    }
}
