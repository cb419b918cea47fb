import ArgumentParser
import Foundation
import KalsaeDashboard
import KalsaeFiles
import KalsaeRuns
import KalsaeSupport

struct ServeVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Show runs and studies as a live page, and steer trainings from it.",
        discussion: """
            The page is for this machine alone. With --host others reach it too, who need the token \
            that is printed.

            Examples:
              kalsae serve
              kalsae serve --runs experiments --port 8080 --open
              kalsae serve --host 0.0.0.0
            """)

    @OptionGroup var location: RunsOptions

    @Option(help: "The port to listen at; 0 for a free one.")
    var port = 7878

    @Option(
        help: ArgumentHelp(
            "The address to listen at; 0.0.0.0 for all of this machine.", valueName: "address"))
    var host = "127.0.0.1"

    @Option(help: "What others must know, 8 to 200 letters and digits; made up where it is needed.")
    var token: String?

    @Option(help: "Megabytes that a file given to the page may have.")
    var uploadLimit = 256

    @Flag(help: "Open the page in the browser.")
    var open = false

    @Flag(help: "Print one JSON object on one line to standard output once it is there.")
    var json = false

    func run() async throws {
        guard (1...65_536).contains(uploadLimit) else {
            throw KalsaeError(
                "--upload-limit", expected: "a number from 1 to 65536", got: "\(uploadLimit)")
        }
        Interrupt.watch()
        let dashboard = try Dashboard(options())
        try dashboard.start()
        if json {
            try Console.print([
                "address": .string(dashboard.address), "port": .integer(dashboard.port),
                "runs": .string(dashboard.options.folder),
            ])
        } else {
            try Console.print(dashboard.address)
        }
        Console.tell("runs of \(dashboard.options.folder); Ctrl-C ends it".printable)
        if open { Self.show(dashboard.address) }
        while !Interrupt.isRequested { try await Task.sleep(for: .milliseconds(100)) }
        dashboard.stop()
    }

    private func options() throws -> DashboardOptions {
        var options = DashboardOptions(folder: location.absolute.folder)
        (options.host, options.port, options.token) = (host, port, token)
        options.limits.uploadBytes = uploadLimit << 20
        options.version = KalsaeTool.configuration.version
        options.program = try OwnProgram.path
        options.sets = ["iris", "digits", "mnist", "fashion-mnist"]
        let predictor = PagePredictor()
        options.predict = { try predictor.predict(model: $0, $1) }
        options.say = { Console.tell($0) }
        return options
    }

    /// Opens an address with what the desktop has for it.
    private static func show(_ address: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["xdg-open", address]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        do {
            try process.run()
        } catch {
            Console.tell("no browser could be opened")
        }
    }
}
