import Foundation
import KalsaeFiles
import Testing

/// A run that is watched in a terminal and steered by keys.
@Suite("kalsae watch", .serialized) struct WatchTests {
    private let folder: CommandRun.Folder

    init() throws { folder = try CommandRun.Folder() }

    private func run(_ arguments: [String]) throws -> CommandRun {
        try CommandRun(arguments, in: folder)
    }

    private static let long = [
        "train", "digits", "--epochs", "1000000", "--patience", "0", "--name", "live",
    ]

    @Test func keysSteerTheRun() throws {
        defer { folder.remove() }
        let training = try CommandRun.process(Self.long + ["--quiet"], in: folder)
        try training.run()
        defer { training.terminate() }
        for _ in 0..<3000 {
            let shown = try run(["runs", "show", "live", "--json"])
            if shown.status == 0 { break }
            usleep(20_000)
        }
        let watch = try TerminalSession(["watch", "live"], in: folder)
        #expect(watch.shows("running"))
        // The rate is known once the first points are written.
        #expect(watch.shows("rate 0.0"))
        watch.press("+")
        #expect(watch.shows("learningRate = 0.00"))
        watch.press(" ")
        #expect(watch.shows("paused"))
        watch.press(" ")
        #expect(watch.shows("goes on"))
        watch.press(":note a remark from here\r")
        #expect(watch.shows("a remark from here"))
        watch.press(":set nothing=1\r")
        #expect(watch.shows("refused"))
        watch.press(":lower it\r")
        #expect(watch.shows("expected set, "))
        watch.press("?")
        #expect(watch.shows("twice the learning rate"))
        watch.press("?")
        // Stopping is asked for; another key is no.
        watch.press("sn")
        #expect(training.isRunning)
        watch.press("s")
        #expect(watch.shows("stop the training?"))
        watch.press("y")
        #expect(watch.shows("stopped"))
        watch.press("q")
        #expect(watch.status() == 0)
        // The terminal is as it was: the screen of before, and a cursor.
        #expect(watch.drawn.hasSuffix("\u{1B}[?25h\u{1B}[?1049l"))
        training.waitUntilExit()
        let json = try run(["runs", "show", "live", "--json"]).json
        #expect(json["state"]?.string == "stopped")
        let text = json.text
        #expect(text.contains("learningRate = 0.00") && text.contains("a remark from here"))
    }

    @Test func oneViewNeedsNoTerminal() throws {
        defer { folder.remove() }
        #expect(try run(["train", "iris", "--epochs", "3", "--quiet"]).status == 0)
        let view = try run(["watch", "iris", "--once"])
        #expect(view.status == 0, "\(view.errors)")
        #expect(view.output.hasPrefix("iris  finished"))
        #expect(view.output.contains("validation/loss"))
        for line in view.output.split(separator: "\n") { #expect(line.count <= 80) }
        #expect(!view.output.contains("\u{1B}"))
        let none = try run(["watch", "iri"])
        #expect(none.status == 1 && none.errors.contains("did you mean iris?"))
        // The terminal that the tests are started from may be one to draw in.
        let hasNone = FileHandle(forUpdatingAtPath: "/dev/tty") == nil
        for environment in [["TERM": "dumb"]] + (hasNone ? [[:]] : []) {
            let blind = try CommandRun(["watch", "iris"], in: folder, environment: environment)
            #expect(blind.status == 1 && blind.errors.contains("a terminal to draw in"))
        }
    }

    @Test(arguments: [(80, 24), (40, 12), (30, 8), (200, 60)])
    func aViewFitsItsWindow(_ columns: Int, _ rows: Int) throws {
        defer { folder.remove() }
        #expect(try run(["train", "iris", "--epochs", "3", "--quiet"]).status == 0)
        let watch = try TerminalSession(
            ["watch", "iris"], in: folder, columns: columns, rows: rows)
        #expect(watch.shows("iris"))
        watch.press("\tl?q")
        watch.press("q")
        #expect(watch.status() == 0)
        for frame in watch.drawn.components(separatedBy: "\u{1B}[H").dropFirst() {
            let lines = frame.components(separatedBy: "\r\n")
            #expect(lines.count <= rows)
        }
    }

    @Test func aTrainingShowsItselfWhileItTrains() throws {
        defer { folder.remove() }
        let train = try TerminalSession(
            ["train", "digits", "--epochs", "5", "--name", "seen", "--live"], in: folder)
        #expect(train.status() == 0, "\(train.drawn)")
        // The report stands in the terminal at the end.
        let end = train.drawn.components(separatedBy: "\u{1B}[?1049l").last ?? ""
        #expect(end.contains("model: digits.safetensors"), "\(end)")
        let json = try run(["runs", "show", "seen", "--json"]).json
        #expect(json["state"]?.string == "finished")
        for options in [["--no-record"], ["--json"], ["--find-rate"]] {
            let refused = try run(["train", "iris", "--live"] + options)
            #expect(refused.status == 1 && refused.errors.contains("--live"), "\(refused.errors)")
        }
    }

    /// Ctrl-C is a key there: it ends the training as it would without the view.
    @Test func controlCInTheViewEndsTheTraining() throws {
        defer { folder.remove() }
        let figures = folder.path + "/figures"
        try FileManager.default.createDirectory(
            atPath: figures, withIntermediateDirectories: false)
        let train = try TerminalSession(
            Self.long + ["--live", "--plot", "figures/a.svg"], in: folder)
        #expect(train.shows("validation/loss"))
        // A figure that can't be written is an error behind what is told of the training.
        try FileManager.default.removeItem(atPath: figures)
        train.press("\u{3}")
        #expect(train.status() == 1, "\(train.drawn)")
        #expect(train.drawn.contains("go on with: kalsae train --resume live"))
        #expect(train.drawn.contains("error: figures/a.svg: expected"))
    }

    @Test func whoLeavesAPausedTrainingIsToldHowItGoesOn() throws {
        defer { folder.remove() }
        let train = try TerminalSession(Self.long + ["--live"], in: folder)
        #expect(train.shows("validation/loss"))
        train.press(" ")
        #expect(train.shows("paused"))
        train.press("q")
        #expect(train.shows("live is paused; it goes on with: kalsae steer live continue"))
        train.interrupt()
        #expect(train.status() == 130, "\(train.drawn)")
    }

    /// A view that is killed, as by a terminal that is closed, takes its training along.
    @Test func aTrainingEndsWithItsView() throws {
        defer { folder.remove() }
        let train = try TerminalSession(Self.long + ["--live"], in: folder)
        #expect(train.shows("validation/loss"))
        train.kill()
        var state: String?
        for _ in 0..<1500 where state != "stopped" {
            usleep(20_000)
            state = try run(["runs", "show", "live", "--json"]).json["state"]?.string
        }
        #expect(state == "stopped")
    }

    /// Ctrl-C in the view ends it, and the signal ends the training where it can be kept.
    @Test func anInterruptedLiveTrainingKeepsWhatItHas() throws {
        defer { folder.remove() }
        let train = try TerminalSession(Self.long + ["--live"], in: folder)
        #expect(train.shows("validation/loss"))
        train.interrupt()
        #expect(train.status() == 130, "\(train.drawn)")
        #expect(train.drawn.contains("go on with: kalsae train --resume live"))
        #expect(folder.contents == ["digits.safetensors"])
    }
}
