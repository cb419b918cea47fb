import Foundation
import KalsaeFiles
import Testing

@Suite struct ProfileTests {
    private let folder: CommandRun.Folder

    init() throws { folder = try CommandRun.Folder() }

    private func run(_ arguments: String...) throws -> CommandRun {
        try CommandRun(arguments, in: folder)
    }

    @Test func threadsAreComparedWithOne() throws {
        defer { folder.remove() }
        let result = try run(
            "bench", "scaling", "--net", "iris", "--threads", "2", "--seconds", "0.1", "--json")
        #expect(result.status == 0, "\(result.errors)")
        let report = try result.json
        let points = try #require(report["points"]?.array)
        #expect(points.compactMap { $0["threads"]?.integer } == [1, 2])
        let times = points.compactMap { $0["min_us"]?.number }
        let shares = points.compactMap { $0["efficiency"]?.number }
        try #require(times.count == 2 && shares.count == 2)
        #expect(shares[0] == 1 && abs(shares[1] - times[0] / times[1] / 2) < 1e-12)
        let losses = try #require(report["losses"]?.array)
        #expect(!losses.isEmpty)
        var last = Double.infinity
        for loss in losses {
            let lost = try #require(loss["lost_us"]?.number)
            let (one, most) = (loss["one_us"]?.number ?? 0, loss["most_us"]?.number ?? 0)
            #expect(abs(lost - (2 * most - one)) < 1e-9 && lost <= last)
            last = lost
        }
        // Small steps have the same plan with both, so that each instruction is found in the other.
        #expect(losses.allSatisfy { ($0["one_us"]?.number ?? 0) > 0 })
        #expect(try run("bench", "scaling", "--top", "-1").status != 0)
    }

    @Test func everyInstructionIsTimedAndTraced() throws {
        defer { folder.remove() }
        let result = try run("profile", "iris", "--seconds", "0.1", "--trace", "t.json", "--json")
        #expect(result.status == 0, "\(result.errors)")
        let again = try run("profile", "iris", "--seconds", "0.1", "--trace", "t.json")
        #expect(again.status == 1 && again.errors.contains("--overwrite"), "\(again.errors)")
        let report = try result.json
        let instructions = report["instructions"]?.array ?? []
        #expect(!instructions.isEmpty)
        for instruction in instructions {
            #expect((instruction["mean_us"]?.number ?? 0) >= (instruction["min_us"]?.number ?? 9))
            #expect((instruction["min_us"]?.number ?? 0) > 0)
            #expect((instruction["bytes"]?.number ?? 0) > 0)
            #expect(instruction["detail"]?.string?.isEmpty == false)
            #expect(instruction["engine"]?.string?.isEmpty == false)
        }
        // Three layers: a product forward and one for each weight, two for the inputs.
        let products = instructions.filter { $0["name"]?.string?.hasPrefix("matmul") == true }
        #expect(products.count == 8)
        let forward: Double = 2 * 32 * (4 * 8 + 8 * 8 + 8 * 3)
        let first: Double = 2 * 32 * 4 * 8
        let flops: Double = report["flops"]?.number ?? 0
        #expect(flops >= 3 * forward - first)
        #expect((report["peak_flops"]?.number ?? 0) > 1e9)
        #expect((report["peak_bandwidth"]?.number ?? 0) > 1e8)
        let text = try String(contentsOfFile: folder.path + "/t.json", encoding: .utf8)
        let events = try JSONValue(parsing: text)["traceEvents"]?.array ?? []
        let complete = events.filter { $0["ph"]?.string == "X" }
        #expect(complete.count == 10 * (instructions.count + 1))
        for event in complete {
            #expect((event["dur"]?.number ?? -1) >= 0 && (event["ts"]?.number ?? -1) >= 0)
        }
    }

    @Test func aTableAndGraphsAreForReading() throws {
        defer { folder.remove() }
        let network = """
            [{"layer": "conv2D", "filters": 4}, {"layer": "flatten"}, {"layer": "dense", "units": 3}]
            """
        try network.write(toFile: folder.path + "/net.json", atomically: true, encoding: .utf8)
        let result = try run(
            "profile", "net.json", "--input", "8,8,1", "--batch", "4", "--seconds", "0.1", "--graph"
        )
        #expect(result.status == 0, "\(result.errors)")
        let lines = result.output.split(separator: "\n")
        #expect(lines.contains { $0.hasPrefix("== before any pass: ") })
        #expect(lines.contains { $0.hasPrefix("== after dce: ") })
        #expect(lines.contains { $0.contains("= convolution(%") })
        #expect(lines.contains { $0.contains("convolutionWeightGradient") && $0.contains(" % ") })
        #expect(lines.contains { $0.hasSuffix("kind") })
        #expect(lines.contains { $0.hasSuffix("  loop") })
        #expect(lines.last?.hasPrefix("floor: arithmetic ") == true)
        let broken = "[{\"layer\": \"magic\"}]"
        try broken.write(toFile: folder.path + "/b.json", atomically: true, encoding: .utf8)
        let refused = try run("profile", "b.json")
        #expect(refused.status == 1 && refused.errors.contains("magic"))
    }

    @Test func whatTrainTakesIsProfiled() throws {
        defer { folder.remove() }
        let result = try run("profile", "iris", "--set", "--seconds", "0.1", "--json")
        #expect(result.status == 0, "\(result.errors)")
        let instructions = try result.json["instructions"]?.array ?? []
        #expect(instructions.contains { $0["name"]?.string == "gather" })
        let other = try run(
            "profile", "digits", "--network", "simple-convnet", "--seconds", "0.1", "--json")
        #expect(other.status == 0, "\(other.errors)")
        #expect(other.output.contains("\"convolution"))
    }

    @Test func operationsAreMeasured() throws {
        defer { folder.remove() }
        let result = try run("bench", "ops", "--op", "matmul.stack", "--seconds", "0.01", "--json")
        #expect(result.status == 0, "\(result.errors)")
        let rows = try result.output.split(separator: "\n").map { try JSONValue(parsing: "\($0)") }
        #expect(rows.count == 2)
        // Of 48 products 64x32 by 32x64 or 64x64 by 64x32: 2mnk, and operands and results in bytes.
        for row in rows {
            #expect(row["flops"]?.number == 12_582_912.0)
            #expect(row["bytes"]?.number == 1_572_864.0)
            #expect((row["share"]?.number ?? 0) > 0)
        }
    }

    @Test func fiftyEpochsOfIrisAreTwoHundredSteps() throws {
        defer { folder.remove() }
        let report = try run("bench", "fit", "--net", "iris", "--json").json
        #expect(report["steps"]?.integer == 200 && report["rows"]?.integer == 120)
        #expect((report["fit_s"]?.number ?? 9) <= (report["first_fit_s"]?.number ?? 0))
        #expect((report["accuracy"]?.number ?? 0) > 0.5)
        #expect((report["peak_resident_bytes"]?.integer ?? 0) > 1 << 20)
    }
}
