import Foundation
import KalsaeData
import KalsaeFiles
import KalsaeSupport
import Testing

/// Tables that are longer than what memory may take, beside the same in memory.
@Suite struct StreamedTableTests {
    private static let rows = 40_000
    /// Bytes that data may take: samples of a sixteenth of it, blocks of an eighth.
    private static let memory = 4 << 20

    private static let text: String = {
        var text = "size,share,kind,day,group,cost\n"
        for row in 0..<rows {
            let size = Double((row * 7_919) % 10_007) / 100
            let share = row % 13 == 5 ? "" : "\(row % 97)e-2"
            let kind = ["red", "green", "blue"][row % 3]
            let day = "2024-0\(row % 9 + 1)-1\(row % 10)"
            let cost = Double(row % 97) / 10 - size / 50 + (row % 3 == 0 ? 1.5 : 0)
            text += "\(size),\(share),\(kind),\(day),\(row % 500),\(cost)\n"
        }
        return text
    }()

    private func withFile(_ text: String, _ body: (String, String) throws -> Void) throws {
        let folder = NSTemporaryDirectory() + "kalsae-test-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try AtomicFile.write(Array(text.utf8), to: "\(folder)/table.csv")
        try body("\(folder)/table.csv", folder)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["table.csv"])
    }

    private func streamed(
        _ path: String, target: String, options: TableOptions = TableOptions(), seed: UInt64 = 0
    ) throws -> StreamedTable {
        try Notice.collect {
            try StreamedTable(
                path: path, target: target, options: options, reading: CSVOptions(),
                memory: Self.memory, seed: seed)
        }.result
    }

    /// All rows of all parts, inputs with the target behind them, sorted.
    private func allRows(_ parts: DataParts) throws -> [[Float]] {
        let streamed = try #require(parts.streamed)
        var rows: [[Float]] = []
        for block in streamed.blockCounts.indices {
            let numbers = try streamed.block(block)
            #expect(numbers.count == streamed.blockCounts[block] * streamed.stride)
            for start in stride(from: 0, to: numbers.count, by: streamed.stride) {
                rows.append(Array(numbers[start..<(start + streamed.stride)]))
            }
        }
        for part in [parts.validation, parts.test] { rows += Self.rows(part) }
        return rows.sorted { $0.lexicographicallyPrecedes($1) }
    }

    private static func rows(_ data: LabeledData) -> [[Float]] {
        guard case .floats(let inputs) = data.features else { return [] }
        let width = data.featureShape[0]
        return (0..<data.count).map { row in
            let own = Array(inputs[(row * width)..<((row + 1) * width)])
            switch data.targets {
            case .values(let values, _): return own + [values[row]]
            case .classes(let labels, _):
                return own + [Float(bitPattern: UInt32(bitPattern: labels[row]))]
            }
        }
    }

    /// Every row is in one part, and encoded as the same encoder does it in memory.
    @Test(arguments: ["cost", "kind"])
    func everyRowOnce(target: String) throws {
        try withFile(Self.text) { path, folder in
            let table = try streamed(path, target: target)
            #expect(table.sample.rowCount == Self.rows)
            #expect(table.sample.reading.rowCount == Self.rows)
            // A sixteenth of 4 MiB are some 6,000 rows of 40 bytes.
            #expect((4_000..<10_000).contains(table.sample.rows.count))
            let parts = try table.parts(
                .standard, name: "table", mostHeld: 2_000, in: folder, seed: 0)
            let count = parts.trainCount + parts.validation.count + parts.test.count
            try #require(count == Self.rows)
            // Shares of 2,000 of 40,000 rows, within five standard deviations of √(n p q) = 43.6.
            #expect(abs(parts.validation.count - 2_000) < 218)
            #expect(abs(parts.test.count - 2_000) < 218)
            let encoder = try #require(parts.encoder)
            let whole = try encoder.data(of: try encoder.readTable(path: path))
            let expected = Self.rows(whole).sorted { $0.lexicographicallyPrecedes($1) }
            let own = try allRows(parts)
            try #require(own.count == expected.count)
            #expect(
                zip(own, expected).allSatisfy { $0.map(\.bitPattern) == $1.map(\.bitPattern) })
            let blocks = try #require(parts.streamed).blockCounts
            #expect(blocks.count > 2)
            // Rows fall into blocks at random: five standard deviations, √mean at most.
            let mean = Double(parts.trainCount) / Double(blocks.count)
            #expect(blocks.allSatisfy { abs(Double($0) - mean) < 5 * mean.squareRoot() })
        }
    }

    /// The sample has each row with the same chance, and does not depend on pieces and threads.
    @Test func sampleIsEven() throws {
        try withFile(Self.text) { path, _ in
            func draw(size: Int, threads: Int, seed: UInt64) throws -> [Int] {
                let passes = try CSVPasses(
                    path: path, options: CSVOptions(), size: size, threads: threads)
                let sample = try TableSample(passes, target: "cost", bytes: 1 << 17, seed: seed)
                let table = sample.table
                #expect(
                    sample.rows.enumerated().allSatisfy {
                        table.csv.text(row: $0, column: 4) == "\($1 % 500)"
                            && table.csv.line(ofRow: $0) == $1 + 2
                    })
                return sample.rows
            }
            let rows = try draw(size: 20_000, threads: 1, seed: 1)
            #expect(rows == rows.sorted() && Set(rows).count == rows.count)
            #expect(try draw(size: 33_000, threads: 3, seed: 1) == rows)
            #expect(try draw(size: 33_000, threads: 3, seed: 2) != rows)
            // Rows in each tenth of the file: within five standard deviations of their mean.
            let mean = Double(rows.count) / 10
            for tenth in 0..<10 {
                let own = rows.count { $0 / (Self.rows / 10) == tenth }
                #expect(abs(Double(own) - mean) < 5 * mean.squareRoot() + 64)
            }
        }
    }

    /// A class and a text among numbers that come once, far behind, are known.
    @Test func rareCellsAreSeen() throws {
        let text = Self.text.replacing(
            "\n\(Double((39_000 * 7_919) % 10_007) / 100),", with: "\nlost,"
        )
        .replacing(
            "blue,2024-06-17,497,", with: "violet,2024-06-17,497,", maxReplacements: 1)
        #expect(text.contains("lost") && text.contains("violet"))
        try withFile(text) { path, folder in
            let table = try streamed(path, target: "kind")
            #expect(table.prepared.guesses.target?.classNames.contains("violet") == true)
            let guess = table.prepared.guesses.columns.first { $0.name == "size" }
            #expect(guess?.role == .number)
            let parts = try table.parts(.standard, name: "table", in: folder, seed: 0)
            let count = parts.trainCount + parts.validation.count + parts.test.count
            #expect(count == Self.rows)
        }
    }

    /// Rows of a group are in one part, and no input.
    @Test func groupsStayTogether() throws {
        try withFile(Self.text) { path, folder in
            var options = TableOptions()
            options.group = "group"
            options.roles = ["group": .number]
            let parts = try streamed(path, target: "cost", options: options)
                .parts(.standard, name: "table", in: folder, seed: 3)
            let names = try #require(parts.encoder).inputNames
            let column = try #require(names.firstIndex(of: "group"))
            let all = try #require(parts.streamed)
            var train: Set<Float> = []
            for block in all.blockCounts.indices {
                let numbers = try all.block(block)
                for start in stride(from: 0, to: numbers.count, by: all.stride) {
                    train.insert(numbers[start + column])
                }
            }
            let held = Set((Self.rows(parts.validation) + Self.rows(parts.test)).map { $0[column] })
            #expect(held.count > 50 && train.count > 200)
            #expect(train.isDisjoint(with: held))
        }
    }

    @Test func weightsAreKept() throws {
        try withFile(Self.text) { path, folder in
            var options = TableOptions()
            options.weight = "group"
            let parts = try streamed(path, target: "kind", options: options)
                .parts(.standard, name: "table", in: folder, seed: 3)
            let all = try #require(parts.streamed)
            #expect(all.hasWeights)
            var sum = 0.0
            for block in all.blockCounts.indices {
                let numbers = try all.block(block)
                for start in stride(from: 0, to: numbers.count, by: all.stride) {
                    sum += Double(numbers[start + all.width + 1])
                }
            }
            #expect(sum == all.classSums.reduce(0, +))
            let held = (parts.validation.weights ?? []) + (parts.test.weights ?? [])
            let whole = (0..<Self.rows).reduce(0) { $0 + $1 % 500 }
            #expect(sum + held.reduce(0) { $0 + Double($1) } == Double(whole))
        }
    }

    @Test func aTargetThatIsNotThereIsRefused() throws {
        try withFile(Self.text) { path, _ in
            let told = message { _ = try streamed(path, target: "costs") }
            #expect(told.contains("did you mean \"cost\"?"), "\(told)")
        }
    }

    @Test func aFolderThatCannotBeMadeIsRefused() throws {
        try withFile(Self.text) { path, _ in
            let told = message {
                _ = try streamed(path, target: "cost")
                    .parts(.standard, name: "table", in: "/dev/null/rows", seed: 0)
            }
            #expect(told.contains("/dev/null/rows"), "\(told)")
        }
    }
}
