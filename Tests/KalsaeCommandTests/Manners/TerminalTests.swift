import Foundation
import KalsaeFiles
import KalsaeTesting
import Testing

/// The progress line stays one line, and an interrupted training leaves what it has found.
@Suite struct TerminalTests {
    private let folder: CommandRun.Folder

    init() throws { folder = try CommandRun.Folder() }

    static let verbs = [
        ["train", "digits", "--epochs", "3"],
        ["train", "table.csv", "--target", "price", "--effort", "quick"],
        ["train", "table.csv", "--target", "price", "--network", "2-64-64-64-1"],
    ]

    @Test(arguments: verbs, [80, 40, 20, 7])
    func theProgressLineIsCutToTheWidth(_ arguments: [String], _ columns: Int) throws {
        defer { folder.remove() }
        try folder.write(Tables.houses(rows: 2000), to: "table.csv")
        let run = try TerminalRun(arguments, in: folder, columns: columns)
        #expect(run.status == 0, "\(run.drawn)")
        #expect(run.redraws.count > 1)
        for line in run.redraws.dropLast() {
            // All characters of the bar are narrow; one column stays free.
            #expect(line.count < columns && !line.contains("\n"), "\(line)")
        }
        // At the end the line is empty again.
        #expect(run.redraws.last.map { !$0.contains("epoch") } ?? false, "\(run.drawn)")
    }

    /// The amounts stay; the bar, then the name, give way.
    @Test(arguments: [
        (80, "train-images-idx3-ubyte.gz, "), (40, "train-images-idx3-…, "), (30, "train-im…, "),
    ])
    func theLineOfADownloadFits(_ columns: Int, _ name: String) throws {
        let server = LoopbackServer()
        defer {
            folder.remove()
            server.stop()
        }
        // The mirror has other bytes: all come, and are refused at the end.
        let body = [UInt8](repeating: 0, count: 9_912_422)
        server.answer("/train-images-idx3-ubyte.gz", .init(body: body))
        let run = try TerminalRun(
            ["data", "fetch", "mnist", "--to", "out", "--mirror", server.url], in: folder,
            columns: columns)
        #expect(run.status == 1)
        let lines = run.redraws.dropLast()
        #expect(lines.count >= 1)
        for line in lines {
            #expect(line.count < columns && line.hasSuffix("of 9.45 MB"), "\(line)")
            #expect(line.contains(name) && line.contains("╌") == (columns == 80), "\(line)")
        }
    }

    @Test func quietDrawsNothing() throws {
        defer { folder.remove() }
        let run = try TerminalRun(
            ["train", "digits", "--epochs", "2", "--quiet"], in: folder, columns: 80)
        #expect(run.status == 0 && run.drawn.isEmpty, "\(run.drawn)")
        #expect(run.output.contains("model: digits.safetensors"))
    }

    @Test func anInterruptedTrainingKeepsItsBestWeights() throws {
        defer { folder.remove() }
        let run = try TerminalRun(
            ["train", "digits", "--epochs", "100000", "--patience", "0", "--json"], in: folder,
            columns: 100, interrupting: ", validation ")
        // 128 and SIGTERM; Ctrl-C gives 130, but may be ignored where tests run in the background.
        #expect(run.status == 143)
        #expect(run.drawn.contains("the best so far, are in digits.safetensors"), "\(run.drawn)")
        // The cursor stands on a fresh line.
        #expect(run.drawn.utf8.last == 10)
        #expect(folder.contents == ["digits.safetensors"])
        let report = try JSONValue(parsing: run.output)
        #expect(report["ended"]?.string == "interrupted")
        #expect((report["restored_epoch"]?.integer ?? 0) >= 1)
        let measured = try CommandRun(["evaluate", "digits.safetensors", "digits"], in: folder)
        #expect(measured.status == 0, "\(measured.errors)")
    }

    @Test func anInterruptedTableKeepsWhatWasTried() throws {
        defer { folder.remove() }
        try folder.write(Tables.houses(rows: 3000), to: "table.csv")
        let run = try TerminalRun(
            ["train", "table.csv", "--target", "price", "--effort", "best", "--json"], in: folder,
            columns: 100, interrupting: "additive, epoch")
        #expect(run.status == 143)
        #expect(run.drawn.contains("so far is averaged in table.safetensors"), "\(run.drawn)")
        // The line is said on a fresh one.
        let line =
            "\r\u{1B}[Kkalsae: stops after this epoch, averages what was tried, and writes a "
            + "checkpoint and the model; a second signal ends it at once"
        #expect(run.drawn.contains(line), "\(run.drawn)")
        #expect(folder.contents == ["table.csv", "table.safetensors"])
        let tried = try JSONValue(parsing: run.output)["tried"]?.array?.count
        #expect((2...5).contains(tried ?? 0))
        let said = try CommandRun(["predict", "table.safetensors", "table.csv"], in: folder)
        #expect(said.output.split(separator: "\n").count == 3001)
    }

    /// Where nothing ignores it, Ctrl-C is 130.
    @Test func controlCIs130() throws {
        defer { folder.remove() }
        let process = try CommandRun.process(
            ["train", "digits", "--epochs", "100000", "--patience", "0"], in: folder)
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        // env gives the signal its default back.
        shell.arguments =
            ["--default-signal=INT", process.executableURL?.path ?? ""]
            + (process.arguments ?? [])
        shell.currentDirectoryURL = process.currentDirectoryURL
        shell.environment = process.environment
        shell.standardOutput = FileHandle.nullDevice
        let errors = Pipe()
        shell.standardError = errors
        try shell.run()
        _ = errors.fileHandleForReading.availableData
        shell.interrupt()
        _ = errors.fileHandleForReading.readDataToEndOfFile()
        shell.waitUntilExit()
        #expect(shell.terminationStatus == 130)
        #expect(folder.contents == ["digits.safetensors"])
    }
}
