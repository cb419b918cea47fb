import Glibc
import KalsaeData
import KalsaeFiles
import KalsaeSupport
import Testing

@Suite struct IrisTests {
    @Test func theTableIsFishers() throws {
        let table = try Iris.table()
        #expect(table.rowCount == 150)
        #expect(table.columns.map(\.name) == Iris.columns)
        // Sums of each column over all flowers and, for two columns, over each species.
        let sums = try (0..<4).map { try table.numbers(of: $0).reduce(0, +) }
        for (sum, expected) in zip(sums, [876.5, 458.6, 563.7, 179.9]) {
            #expect(abs(sum - expected) < 1e-9)
        }
        let width = try table.numbers(of: 1)
        #expect([width[34], width[37]] == [3.1, 3.6])
        #expect(try [table.numbers(of: 3)[34], table.numbers(of: 3)[37]] == [0.2, 0.1])
        let texts = table.texts(of: 4)
        #expect(texts.names == ["setosa", "versicolor", "virginica"])
        #expect(texts.codes == (0..<150).map { Int32($0 / 50) })
    }

    @Test func thePartsAreBalanced() throws {
        let parts = try Iris.load(seed: 4)
        let counts = [parts.train, parts.validation, parts.test].map { part in
            (0..<3).map { label in part.classes.count { $0 == Int32(label) } }
        }
        #expect(counts.map { $0.reduce(0, +) } == [104, 23, 23])
        #expect(counts[0].allSatisfy { (34...36).contains($0) })
        #expect(parts.train.featureShape == [4])
        #expect(try Iris.load(seed: 4).train == parts.train)
        #expect(try Iris.load(seed: 5).train != parts.train)
    }

    @Test(.enabled(if: dataFolder != nil, "needs the public data sets"))
    func itEqualsThePublicFile() throws {
        let path = "\(dataFolder ?? "")/tabular/iris.csv"
        let file = try Table(path: path)
        let built = try Iris.table()
        #expect(file.columns.map(\.name) == built.columns.map(\.name))
        for column in 0..<4 {
            #expect(try file.numbers(of: column) == built.numbers(of: column))
        }
        #expect(file.texts(of: 4) == built.texts(of: 4))
    }
}

@Suite struct DigitTests {
    @Test func imagesDependOnSeedAndIndexAlone() throws {
        let some = DrawnDigits.make(count: 30, seed: 1)
        let more = DrawnDigits.make(count: 50, seed: 1)
        #expect(try more.rows(Array(0..<30)) == some)
        #expect(DrawnDigits.make(count: 30, seed: 2).features != some.features)
        #expect(some.featureShape == [28, 28, 1])
        #expect(some.classes == (0..<30).map { Int32($0 % 10) })
        #expect(DrawnDigits.make(count: 0, seed: 1).count == 0)
    }

    @Test func inkIsInsideAndNeitherRareNorEverywhere() {
        for image in DrawnDigits.make(count: 500, seed: 3).inputRows {
            let share = image.count { $0 > 127 } * 100 / 784
            #expect((2...35).contains(share))
            let edge = (0..<28).flatMap { [image[$0], image[756 + $0]] }
            #expect(edge.count { $0 > 127 } < 14)
        }
    }

    @Test func theNearestImageTellsTheDigit() {
        let train = DrawnDigits.make(count: 1_500, seed: 5).inputRows
        let test = DrawnDigits.make(count: 100, seed: 6).inputRows
        var right = 0
        for (index, image) in test.enumerated() {
            var best = (distance: Double.infinity, digit: -1)
            for (other, candidate) in train.enumerated() {
                var distance = 0.0
                for k in 0..<784 where distance < best.distance {
                    distance += (image[k] - candidate[k]) * (image[k] - candidate[k])
                }
                if distance < best.distance { best = (distance, other % 10) }
            }
            if best.digit == index % 10 { right += 1 }
        }
        #expect(right >= 85)
        #expect(right < 100)
    }

    @Test func theNamedSetIsBalanced() throws {
        let parts = try NamedSet.digits.load(seed: 1)
        #expect([parts.train, parts.validation, parts.test].map(\.count) == [7_000, 1_500, 1_500])
        for label in Int32(0)..<10 {
            #expect(parts.test.classes.count { $0 == label } == 150)
        }
    }
}

@Suite struct NamedSetTests {
    private func idx(_ shape: [Int], _ bytes: [UInt8]) -> [UInt8] {
        let sizes = shape.flatMap { size in
            [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: size >> $0) }
        }
        return [0, 0, 8, UInt8(shape.count)] + sizes + bytes
    }

    /// Calls `body` with a data folder that holds a small MNIST, some of it gzip.
    private func withSet(
        labels: [UInt8] = (0..<40).map { $0 % 10 }, _ body: (String) throws -> Void
    ) throws {
        var template = Array("/tmp/kalsae-data-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        let bytes = template.dropLast().map { UInt8(bitPattern: $0) }
        let base = String(decoding: bytes, as: UTF8.self)
        let folder = "\(base)/mnist"
        mkdir(folder, 0o755)
        mkdir("\(base)/tabular", 0o755)
        let images = [UInt8](repeating: 9, count: labels.count * 784)
        let files: [(String, [UInt8])] = [
            (
                "mnist/train-images-idx3-ubyte.gz",
                try Gzip.compress(idx([labels.count, 28, 28], images))
            ),
            ("mnist/train-labels-idx1-ubyte", idx([labels.count], labels)),
            (
                "mnist/t10k-images-idx3-ubyte",
                idx([2, 28, 28], [UInt8](0...255) + images.prefix(1312))
            ),
            ("mnist/t10k-labels-idx1-ubyte.gz", try Gzip.compress(idx([2], [3, 4]))),
            ("tabular/b.csv", Array("x,y\n1,2\n3,4\n".utf8)),
            ("tabular/a.data", Array("1,2,3\n1,2\n".utf8)),
            ("tabular/README.md", [1]),
        ]
        for (name, bytes) in files { try AtomicFile.write(bytes, to: "\(base)/\(name)") }
        defer {
            for (name, _) in files { unlink("\(base)/\(name)") }
            for name in ["mnist", "tabular", ""] { rmdir("\(base)/\(name)") }
        }
        try EnvironmentFlag.with(.data, base) { try body(base) }
    }

    @Test func filesAreFoundPlainOrGzip() throws {
        try withSet { _ in
            let parts = try NamedSet.mnist.load(seed: 1)
            #expect([parts.train, parts.validation, parts.test].map(\.count) == [34, 6, 2])
            #expect(parts.train.featureShape == [28, 28, 1])
            #expect(parts.test.classes == [3, 4])
            guard case .bytes(let bytes) = parts.test.features else { return }
            #expect(Array(bytes.prefix(256)) == [UInt8](0...255))
        }
    }

    @Test func faultsAreTold() throws {
        try withSet { base in
            let text = message { _ = try NamedSet.fashionMNIST.load(seed: 1) }
            #expect(
                text.hasPrefix(
                    "fashion-mnist: expected the files train-images-idx3-ubyte, "
                        + "train-labels-idx1-ubyte, t10k-images-idx3-ubyte, "
                        + "t10k-labels-idx1-ubyte, plain or .gz, got none in "
                        + "\(base)/fashion-mnist"))
            #expect(
                text.hasSuffix(
                    "kalsae data fetch fashion-mnist, or set KALSAE_DATA to the folder that holds "
                        + "fashion-mnist/"))
            unlink("\(base)/mnist/t10k-images-idx3-ubyte")
            #expect(
                message { _ = try NamedSet.mnist.load(seed: 1) }
                    == "\(base)/mnist: expected the file t10k-images-idx3-ubyte.gz or "
                    + "t10k-images-idx3-ubyte, got neither; fetch it again")
            try AtomicFile.write(
                idx([1, 28, 28], .init(repeating: 0, count: 784)),
                to: "\(base)/mnist/t10k-images-idx3-ubyte")
            #expect(
                message { _ = try NamedSet.mnist.load(seed: 1) }
                    == "\(base)/mnist/t10k-images-idx3-ubyte: expected bytes of sizes [2, 28, 28], "
                    + "got uint8 of sizes [1, 28, 28]")
        }
        try withSet(labels: (0..<40).map { $0 % 11 }) { base in
            #expect(
                message { _ = try NamedSet.mnist.load(seed: 1) }
                    == "\(base)/mnist/train-labels-idx1-ubyte: expected labels from 0 to 9, got 10")
        }
    }

    @Test func theCatalogListsWhatIsThere() throws {
        try withSet { base in
            let entries = DataCatalog.entries()
            let named = entries.prefix(7)
            let names = [
                "iris", "digits", "mnist", "fashion-mnist", "cifar10", "cifar100",
                "tiny-shakespeare",
            ]
            #expect(named.map(\.name) == names)
            #expect(named[4...].allSatisfy { $0.location == .missing })
            #expect(named[0].location == .builtIn)
            #expect(named[2].location == .found("\(base)/mnist"))
            let tables = entries.filter { entry in
                if case .found(let path) = entry.location {
                    path.hasPrefix("\(base)/tabular")
                } else {
                    false
                }
            }
            #expect(tables.map(\.name) == ["b.csv"])
            #expect(tables.first?.rows == 2)
            #expect(tables.first?.features == 1)
            let broken = entries.first { $0.name == "a.data" }
            guard case .unreadable(let reason) = broken?.location else {
                Issue.record("expected an unreadable table")
                return
            }
            #expect(reason.contains("expected 3 cells, as on line 1, got 2 on line 2"))
            #expect(DataFolders.table(named: "b.csv") == "\(base)/tabular/b.csv")
            #expect(DataFolders.table(named: "c.csv") == nil)
        }
    }

    @Test(.enabled(if: dataFolder != nil, "needs the public data sets"))
    func thePublicSets() throws {
        try EnvironmentFlag.with(.data, dataFolder ?? "") {
            let mnist = try NamedSet.mnist.load(seed: 1)
            #expect(
                [mnist.train, mnist.validation, mnist.test].map(\.count) == [51_000, 9_000, 10_000])
            #expect(Array(mnist.test.classes.prefix(10)) == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9])
            let shares = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
            for (label, whole) in shares.enumerated() {
                let share = mnist.validation.classes.count { $0 == Int32(label) }
                #expect(abs(Double(share) - Double(whole) * 0.15) <= 1)
            }
            let fashion = try NamedSet.fashionMNIST.load(seed: 1)
            #expect(Array(fashion.test.classes.prefix(5)) == [9, 2, 1, 1, 6])
        }
    }

    @Test(.enabled(if: dataFolder != nil, "needs the public data sets"))
    func thePublicTables() throws {
        let expected: [(String, String, width: Int, classes: [String]?, told: [(String, String)])] =
            [
                ("iris.csv", "species", 4, Iris.species, []),
                (
                    "titanic.csv", "survived", 29, ["0", "1"],
                    [("alive", "kept, although it is the target")]
                ),
                ("auto_mpg.csv", "mpg", 42, nil, [("name", "is free text")]),
                ("california_housing.csv", "median_house_value", 14, nil, []),
                ("wdbc.data", "2", 31, ["B", "M"], [("column 1", "kept, although it may")]),
                ("wine_uci.csv", "14", 13, ["1", "2", "3"], []),
            ]
        for (file, target, width, classes, told) in expected {
            let table = try Table(path: "\(dataFolder ?? "")/tabular/\(file)")
            let (parts, lines) = try Notice.collect {
                try DataParts(table, name: file, target: target, seed: 1)
            }
            #expect(parts.train.featureShape == [width], "\(file)")
            if case .classes(_, let names) = parts.train.targets {
                #expect(names == classes, "\(file)")
            } else {
                #expect(classes == nil, "\(file)")
            }
            #expect(lines.count == told.count, "\(file)")
            for (line, (name, what)) in zip(lines, told) {
                #expect(line.contains("\"\(name)\" \(what)"))
            }
            let whole = parts.train.count + parts.validation.count + parts.test.count
            #expect(whole == table.rowCount, "\(file)")
            #expect(parts.test.inputRows.joined().allSatisfy { $0.isFinite }, "\(file)")
        }
    }
}
