import Foundation

/// Two hosts on this machine: network namespaces with a link between them, and a name each.
struct TwoHosts {
    /// Their names.
    let names: [String]
    private let folder: CommandRun.Folder
    private var agent: String { "\(folder.path)/agent" }

    /// Whether this machine has Open MPI, `ip`, and lets it make namespaces.
    static let arePossible: Bool = {
        guard MPIRun.isThere, getuid() == 0 else { return false }
        let name = "kalsae-\(getpid())"
        guard (try? ip(["netns", "add", name])) == 0 else { return false }
        return (try? ip(["netns", "del", name])) == 0
    }()

    /// Makes them; to be removed with `remove()`.
    init(in folder: CommandRun.Folder) throws {
        self.folder = folder
        let number = UInt16.random(in: .min ... .max)
        names = ["a", "b"].map { "ks\($0)\(number)" }
        let links = names.map { "v\($0)" }
        for name in names {
            try Self.run("netns", "add", name)
            try Self.run("-n", name, "link", "set", "lo", "up")
            let hosts = "/etc/netns/\(name)"
            try FileManager.default.createDirectory(
                atPath: hosts, withIntermediateDirectories: true)
            try "127.0.0.1 localhost\n10.77.0.1 \(names[0])\n10.77.0.2 \(names[1])\n"
                .write(toFile: "\(hosts)/hosts", atomically: true, encoding: .utf8)
        }
        try Self.run(
            "link", "add", links[0], "netns", names[0], "type", "veth", "peer", "name", links[1],
            "netns", names[1])
        for (index, name) in names.enumerated() {
            try Self.run("-n", name, "addr", "add", "10.77.0.\(index + 1)/24", "dev", links[index])
            try Self.run("-n", name, "link", "set", links[index], "up")
        }
        // What starts a program on a host, as ssh would: agent HOST PROGRAM.
        try #"""
        #!/bin/sh
        h=$1; shift
        exec ip netns exec "$h" unshare --uts sh -c 'hostname "$1"; shift; exec sh -c "$*"' sh "$h" "$@"

        """#.write(toFile: agent, atomically: true, encoding: .utf8)
        chmod(agent, 0o755)
    }

    /// `mpirun` of the command on both, not started: the first host has the lower half of the ranks.
    func process(
        _ size: Int, _ arguments: [String], environment others: [String: String] = [:]
    ) throws -> Process {
        let first = (size + 1) / 2
        let hosts =
            size > 1 ? "\(names[0]):\(first),\(names[1]):\(size - first)" : "\(names[0]):1"
        let network = "10.77.0.0/24"
        let told = ["XDG_DATA_HOME", "KALSAE_RUNS", "KALSAE_DATA", "KALSAE_WATCHDOG", "KALSAE_MPI"]
        let environment = MPIRun.environment(folder, others)
        let process = try CommandRun.process([], in: folder, environment: environment)
        let given = Set((process.environment ?? [:]).keys)
        let options = [
            ["--oversubscribe", "--bind-to", "none"], ["--mca", "mpi_yield_when_idle", "1"],
            ["--mca", "plm_rsh_agent", agent], ["--mca", "btl_tcp_if_include", network],
            ["--mca", "oob_tcp_if_include", network],
            // A link that is cut is found after some seconds.
            ["--mca", "oob_tcp_keepalive_time", "2"], ["--mca", "oob_tcp_keepalive_intvl", "1"],
            ["--mca", "oob_tcp_keepalive_probes", "3"],
        ]
        let passed = told.filter(given.contains).flatMap { ["-x", $0] }
        let call =
            ["mpirun"] + options.joined() + passed + ["--host", hosts, "-n", "\(size)"]
            + [try CommandRun.executable.path] + arguments
        process.executableURL = URL(fileURLWithPath: agent)
        process.arguments = [names[0], call.joined(separator: " ")]
        return process
    }

    /// Takes the link between them down.
    func cut() throws { try Self.run("-n", names[0], "link", "set", "v\(names[0])", "down") }

    /// Ends what runs there, and removes them.
    func remove() {
        for name in names {
            for process in Self.processes(of: name) { kill(process, SIGKILL) }
            _ = try? Self.ip(["netns", "del", name])
            try? FileManager.default.removeItem(atPath: "/etc/netns/\(name)")
        }
    }

    private static func processes(of name: String) -> [Int32] {
        let pipe = Pipe()
        _ = try? ip(["netns", "pids", name], output: pipe)
        try? pipe.fileHandleForWriting.close()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        return text.split(separator: "\n").compactMap { Int32($0) }
    }

    private static func run(_ arguments: String...) throws {
        guard try ip(arguments) == 0 else { throw CocoaError(.executableLoad) }
    }

    private static func ip(_ arguments: [String], output: Pipe? = nil) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["ip"] + arguments
        process.standardError = FileHandle.nullDevice
        process.standardOutput = output ?? FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }
}
