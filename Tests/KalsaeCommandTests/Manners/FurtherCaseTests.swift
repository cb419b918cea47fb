import Foundation
import Testing

/// Options that no one may swallow, text that no terminal may obey, files that no one may lose.
@Suite struct FurtherCaseTests {
    private let folder: CommandRun.Folder

    init() throws {
        folder = try CommandRun.Folder()
        try folder.write(Tables.houses(), to: "houses.csv")
    }

    static let swallowed = [
        ("train iris --separator semicolon", "a CSV file to go with"),
        ("train iris --drop x", "a CSV file to go with"),
        ("train iris --task regression", "a CSV file to go with"),
        ("train houses.csv --target price --drop price", "--task says what the target is"),
        ("train houses.csv --target price --column price=text", "--task says what the target is"),
        ("train houses.csv --target price --drop age --column age=number", "one role"),
        ("train houses.csv --target price --column age=number --column age=text", "one role"),
        ("train houses.csv --target price --skip-footer -1", "--skip-footer"),
    ]

    @Test(arguments: swallowed) func noOptionIsSwallowed(_ line: String, _ says: String) throws {
        defer { folder.remove() }
        let result = try CommandRun(
            line.split(separator: " ").map(String.init)
                + ["--effort", "quick"].filter { _ in
                    !line.contains("iris")
                }, in: folder)
        #expect(result.status == 1 && result.output.isEmpty)
        #expect(result.errors.contains(says), "\(result.errors)")
        #expect(folder.contents == ["houses.csv"])
    }

    /// Names and cells that color, clear or turn round what a terminal shows.
    @Test func noTextReachesTheTerminalAsACommand() throws {
        defer { folder.remove() }
        var csv = "a\u{1b}[31mred,b\u{202e},kind\n"
        for row in 0..<60 {
            csv += "\(row % 7).5,\(["u", "v", "w\u{1b}[2J"][row % 3]),"
            csv += row * 3 % 7 > 3 ? "y\n" : "x\u{1b}[1m\n"
        }
        try folder.write(csv, to: "esc.csv")
        for line in [
            "data info esc.csv --target kind", "data show esc.csv",
            "train esc.csv --target kind --effort quick",
            "evaluate esc.safetensors esc.csv --importance", "summary esc.safetensors",
            "train esc.csv --target no\u{1b}[0m",
        ] {
            let run = try CommandRun(line.split(separator: " ").map(String.init), in: folder)
            #expect(
                !(run.output + run.errors).unicodeScalars.contains { $0 == "\u{1b}" }, "\(line)")
            #expect(!run.output.unicodeScalars.contains("\u{202e}"), "\(line)")
        }
        #expect(folder.contents.contains("esc.safetensors"))
    }

    /// A hard link, folders, devices without room or without a name.
    @Test(arguments: [
        "hard.csv", "folder", ".", "missing/x.csv", "/dev/full", "houses.safetensors",
    ])
    func outputsThatCannotBe(_ output: String) throws {
        defer { folder.remove() }
        let path = folder.path
        try FileManager.default.linkItem(
            atPath: "\(path)/houses.csv", toPath: "\(path)/hard.csv")
        try FileManager.default.createDirectory(
            atPath: "\(path)/folder", withIntermediateDirectories: false)
        let training = try CommandRun(
            ["train", "houses.csv", "--target", "price", "--effort", "quick"], in: folder)
        #expect(training.status == 0, "\(training.errors)")
        let before = try folder.bytes(of: "houses.csv")
        let model = try folder.bytes(of: "houses.safetensors")
        let result = try CommandRun(
            ["predict", "houses.safetensors", "houses.csv", "--output", output, "--overwrite"],
            in: folder)
        #expect(result.status == 1 && result.errors.hasPrefix("error: "))
        #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
        #expect(try folder.bytes(of: "houses.csv") == before)
        #expect(try folder.bytes(of: "houses.safetensors") == model)
    }

    /// Standard input and output that are empty, closed, full or no table.
    @Test func channelsThatFail() throws {
        defer { folder.remove() }
        try folder.write("", to: "empty")
        let empty = try CommandRun(["data", "info", "-"], in: folder, input: "empty")
        #expect(empty.status == 1 && empty.errors.contains("standard input: expected rows"))
        let twice = try CommandRun(
            ["train", "-", "--target", "price", "--test", "-", "--effort", "quick"], in: folder,
            input: "houses.csv")
        #expect(twice.status == 1 && twice.errors.contains("standard input"))
        let command = try CommandRun.executable.path
        for (line, status) in [
            ("data show houses.csv --rows 60 >/dev/full", 1), ("data info - <&-", 1),
            ("data info houses.csv | head -1", 0), ("data show houses.csv >&-", 1),
        ] {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments = ["-c", "'\(command)' \(line) 2>.err"]
            process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            #expect(process.terminationStatus == status, "\(line)")
            let errors = String(decoding: try folder.bytes(of: ".err"), as: UTF8.self)
            #expect(errors.split(separator: "\n").count <= 1, "\(line): \(errors)")
        }
    }

    /// What training took for granted is in its report.
    @Test func trainingTellsWhatItTookForGranted() throws {
        defer { folder.remove() }
        for more in [["--effort", "quick"], ["--epochs", "2"]] {
            let arguments = ["train", "houses.csv", "--target", "price", "--overwrite"] + more
            let text = try CommandRun(arguments, in: folder).output
            #expect(text.contains("data: UTF-8, comma, decimal point, with a header, 60 rows"))
            #expect(text.contains("columns: 2 number"))
            let json = try CommandRun(arguments + ["--json"], in: folder).json
            #expect(json["data"]?["reading"]?["separator"]?.string == "comma")
            #expect(json["data"]?["table"]?["columns"]?.array?.count == 3)
        }
    }
}
