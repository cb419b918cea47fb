import Foundation
import KalsaeFiles
import Testing

/// Tables that take more memory than data may.
@Suite struct LargeTableTests {
    private let folder: CommandRun.Folder

    init() throws {
        folder = try CommandRun.Folder()
        var text = "a,b,kind,cost\n"
        for row in 0..<30_000 {
            let (a, b) = (Double((row * 7_919) % 10_007) / 1_000, Double(row % 977) / 100)
            text += "\(a),\(b),\(["red", "green"][row % 2]),\(2 * a - b + Double(row % 2))\n"
        }
        try folder.write(text, to: "costs.csv")
    }

    private func run(
        _ arguments: [String], environment: [String: String] = [:]
    ) throws -> CommandRun {
        try CommandRun(
            ["train", "costs.csv", "--target", "cost", "--overwrite"] + arguments, in: folder,
            environment: ["XDG_CACHE_HOME": "\(folder.path)/cache"].merging(environment) { $1 })
    }

    @Test func aNetworkSeesAllRows() throws {
        defer { folder.remove() }
        let own = try run(["--memory", "1M", "--network", "3-16-1", "--epochs", "3", "--json"])
        #expect(own.status == 0, "\(own.errors)")
        for told in [
            "its rows are streamed", "30000 rows; columns are judged",
            "encoded rows wait in a file",
        ] {
            #expect(own.errors.contains(told), "\(own.errors)")
        }
        let json = try own.json
        let split = try #require(json["split"])
        let rows = ["train", "validation", "test"].compactMap { split[$0]?.integer }
        #expect(rows.reduce(0, +) == 30_000 && rows.count == 3)
        #expect(json["data"]?["reading"]?["rows"]?.integer == 30_000)
        // Twice a − b + 0 or 1: a line in the inputs.
        #expect(try #require(json["test"]?["r2"]?.number) > 0.9)
        #expect(json["data"]?["sample"]?["is_all_that_is_learned"]?.bool == false)
        let left = FileManager.default.subpaths(atPath: "\(folder.path)/cache") ?? []
        #expect(left == ["kalsae"])
        // The model reads rows as it did in training.
        let measured = try CommandRun(
            ["evaluate", "costs.safetensors", "costs.csv", "--json"], in: folder)
        #expect(try #require(measured.json["r2"]?.number) > 0.9)
    }

    /// Column b goes from 0 to 9.76 again and again: the newest 10 % have 8.8 and more.
    @Test func rowsAreSplitByTimeAndThenAllAreLearned() throws {
        defer { folder.remove() }
        let own = try run([
            "--memory", "1M", "--network", "3-16-1", "--epochs", "2", "--time", "b", "--split",
            "80/10/10", "--all-rows", "--json",
        ])
        #expect(own.status == 0, "\(own.errors)")
        let json = try own.json
        let split = try #require(json["split"])
        let rows = ["train", "validation", "test"].compactMap { split[$0]?.integer }
        #expect(rows.reduce(0, +) == 30_000 && rows.count == 3, "\(rows)")
        // Borders by a sample of some thousand rows: a share of .1 has a deviation of about .005; the
        // held parts have at most what a sixteenth of the memory holds.
        #expect(rows[1] > 500 && rows[2] > 500 && rows[1] < 3_600 && rows[2] < 3_600, "\(rows)")
        #expect(json["time_column"]?.string == "b")
        // Two epochs of 24,000 rows, then of all 30,000, in batches of 256.
        let steps = try #require(json["steps"]?.integer)
        let first = 2 * ((rows[0] + 255) / 256)
        #expect((first + 100)...(first + 240) ~= steps, "\(steps), \(first)")
    }

    @Test func theDefaultLearnerDrawsRows() throws {
        defer { folder.remove() }
        let own = try run(["--memory", "1M", "--effort", "quick", "--json"])
        #expect(own.status == 0, "\(own.errors)")
        let rows = try #require(own.json["rows"]?.integer)
        #expect((3_000..<15_000).contains(rows))
        #expect(own.errors.contains("\(rows) of 30000 rows are learned, drawn at random"))
        // The report says it too, where notices are left out.
        let sample = try own.json["data"]?["sample"]
        #expect(sample?["of"]?.integer == 30_000)
        #expect(sample?["is_all_that_is_learned"]?.bool == true)
        let quiet = try run(["--memory", "1M", "--effort", "quick", "--quiet"])
        #expect(quiet.errors.isEmpty && quiet.output.contains("of 30000, drawn at random"))
        #expect(!quiet.output.contains("rows: all"))
    }

    /// What fits is learned as without a limit, bit for bit.
    @Test func whatFitsIsAsEver() throws {
        defer { folder.remove() }
        let arguments = ["--network", "3-8-1", "--steps", "50", "--no-record"]
        _ = try run(arguments)
        let bytes = try folder.bytes(of: "costs.safetensors")
        let own = try run(arguments + ["--memory", "1G"])
        #expect(!own.errors.contains("streamed"))
        #expect(try folder.bytes(of: "costs.safetensors") == bytes)
    }

    @Test(arguments: [
        (["--memory", "50"], "expected at least 1M, got 50, 50 bytes; did you mean 50M?"),
        (["--memory", "1M", "--network", "5-8-1"], "expected 3 inputs first and 1 outputs last"),
        (["--memory", "much"], "--memory: expected an amount of memory"),
        (["--memory", "1M", "--network", "3-8-1", "--order", "sequential"], "--order"),
        (["--memory", "1M", "--network", "3-8-1", "--folds", "3"], "--memory"),
    ])
    func refused(arguments: [String], told: String) throws {
        defer { folder.remove() }
        let own = try run(arguments)
        #expect(own.status != 0)
        let errors = own.errors.split(separator: "\n").filter { $0.hasPrefix("error:") }
        #expect(errors.count == 1 && errors.first?.contains(told) == true, "\(own.errors)")
    }

    /// Before rows are encoded, which may take hours.
    @Test func aNetworkThatDoesNotFitIsToldEarly() throws {
        defer { folder.remove() }
        let sizes = try run(["--memory", "1M", "--network", "5-8-1"])
        #expect(sizes.status == 1 && !sizes.errors.contains("encoded rows wait"), "\(sizes.errors)")
        for network in ["no-such-net", "none.json"] {
            let name = try run(["--memory", "1M", "--network", network])
            #expect(
                name.status == 1 && !name.errors.contains("its rows are streamed"), "\(name.errors)"
            )
        }
    }

    @Test func aFolderThatCannotBeWrittenTo() throws {
        defer { folder.remove() }
        let own = try run(
            ["--memory", "1M", "--network", "3-8-1"],
            environment: ["XDG_CACHE_HOME": "/dev/null"])
        #expect(own.status != 0)
        #expect(own.errors.contains("error: /dev/null/kalsae: expected a folder for encoded rows"))
    }
}
