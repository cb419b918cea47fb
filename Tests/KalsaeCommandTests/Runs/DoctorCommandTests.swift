import Foundation
import KalsaeFiles
import Testing

/// What the doctor of runs tells can be followed: commands run as they stand, rows are found.
@Suite struct DoctorCommandTests {
    private let folder: CommandRun.Folder

    init() throws { folder = try CommandRun.Folder() }

    private func train(_ arguments: String...) throws {
        let run = try CommandRun(["train"] + arguments + ["--quiet", "--overwrite"], in: folder)
        #expect(run.status == 0, "\(run.errors)")
    }

    private func findings(_ name: String) throws -> [JSONValue] {
        let run = try CommandRun(["doctor", name, "--json"], in: folder)
        #expect(run.status == 0, "\(run.errors)")
        return try run.json["findings"]?.array ?? []
    }

    /// Runs a line as a shell does.
    private func shell(_ line: String) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", line]
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        process.environment = ProcessInfo.processInfo.environment.merging([
            "KALSAE_RUNS": folder.runs,
            "PATH": try CommandRun.executable.deletingLastPathComponent().path + ":/usr/bin:/bin",
        ]) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// Deep sigmoid layers vanish, inputs of thousands are sure of wrong answers, a rate of 5 kills
    /// units, and a run of one epoch learned nothing yet; names and paths have blanks.
    @Test func eachCommandRunsAsItStands() throws {
        defer { folder.remove() }
        var numbers: [Float] = []
        for index in 0..<240 { numbers.append(Float((index * 7) % 29) * 300) }
        let classes: [Int] = (0..<60).map { $0 % 3 }
        try NPZ.write(
            [
                .init("x", try NPY(numbers, shape: [60, 4])),
                .init("y", try NPY(classes, shape: [60])),
            ], to: "\(folder.path)/big numbers.npz")
        try train(
            "iris", "--network", "4-6-6-6-6-6-6-3", "--activation", "sigmoid", "--epochs", "3",
            "--name", "deep and 'quoted'")
        try train("big numbers.npz", "--network", "4-64-3", "--epochs", "3", "--name", "big")
        try train(
            "iris", "--network", "4-32-32-3", "--activation", "relu", "--optimizer", "sgd",
            "--learning-rate", "3", "--epochs", "4", "--name", "hot", "--guard")
        try train("iris", "--epochs", "1", "--name", "short")
        var commands: Set<String> = []
        for name in ["deep and 'quoted'", "big", "hot", "short"] {
            let all = try findings(name)
            #expect(!all.isEmpty)
            commands.formUnion(all.compactMap { $0["command"]?.string }.filter { !$0.isEmpty })
        }
        #expect(
            commands.contains { $0.hasPrefix("kalsae data info 'big numbers.npz'") }, "\(commands)")
        #expect(commands.contains { $0.contains("--activation relu") }, "\(commands)")
        for command in commands {
            let rest =
                command.hasPrefix("kalsae train")
                ? " --no-record --overwrite --quiet --epochs 1" : ""
            #expect(try shell(command + rest) == 0, "\(command)")
        }
    }

    /// A label that was changed is found by the line of the file.
    @Test func rowsAreToldByTheirLine() throws {
        defer { folder.remove() }
        var lines = ["a,b,kind"]
        for row in 0..<400 {
            let isHigh = row % 2 == 0
            let kind = row == 123 || row == 200 ? !isHigh : isHigh
            lines.append("\(isHigh ? 5 : -5).\(row % 10),\(row % 7),\(kind ? "high" : "low")")
        }
        try folder.write(lines.joined(separator: "\n") + "\n", to: "kinds.csv")
        try train(
            "kinds.csv", "--target", "kind", "--network", "2-16-2", "--epochs", "20", "--patience",
            "0", "--name", "kinds")
        let labels = try #require(try findings("kinds").first { $0["name"]?.string == "labels" })
        let text = labels["text"]?.string ?? ""
        // Rows count from 1 behind the header, lines with it.
        let isFirst = text.contains("row 124 (line 125) of kinds.csv is ")
        let isSecond = text.contains("row 201 (line 202) of kinds.csv is ")
        #expect(isFirst || isSecond, "\(text)")
    }

    @Test func theDefaultLearningOfATableIsJudgedByItsRecord() throws {
        defer { folder.remove() }
        try folder.write(Tables.houses(), to: "houses.csv")
        try train("houses.csv", "--target", "price", "--effort", "quick", "--name", "table")
        let run = try CommandRun(["doctor", "table", "--json"], in: folder)
        let names = try run.json["findings"]?.array?.compactMap { $0["name"]?.string }
        #expect(names?.contains("candidates") == true, "\(run.output)")
        #expect(try run.json["not_judged"]?.array?.isEmpty == false)
    }

    /// A rate of 30 makes the second loss thousands of times the first.
    @Test func theGuardTellsWhatItDoes() throws {
        defer { folder.remove() }
        let arguments = [
            "train", "iris", "--network", "4-8-3", "--activation", "relu", "--optimizer", "sgd",
            "--learning-rate", "30", "--epochs", "10", "--guard", "--overwrite", "--seed", "1",
        ]
        let run = try CommandRun(arguments, in: folder)
        #expect(run.status == 0 && run.errors.contains("guard: loss "), "\(run.errors)")
        #expect(run.errors.contains("the learning rate is 15.0 from there on"), "\(run.errors)")
        #expect(run.output.contains("changed behind step 0: learningRate = 15.0; guard: loss"))
        let quiet = try CommandRun(arguments + ["--json", "--quiet"], in: folder)
        #expect(quiet.errors.isEmpty)
        #expect(
            try quiet.json["changes"]?.array?.first?["reason"]?.string?.hasPrefix("guard") == true)
    }
}
