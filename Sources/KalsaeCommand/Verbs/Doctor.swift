import ArgumentParser
import CKalsaeOneDNN
import Foundation
import Glibc
import KalsaeCPU
import KalsaeCUDA
import KalsaeData
import KalsaeDistributed
import KalsaeFiles
import KalsaeGPU
import KalsaeOpenCL
import KalsaeSearch
import KalsaeSupport
import KalsaeTensor

struct Doctor: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what a training suffers from, or what this machine has.",
        discussion: """
            With a run, its record and its last checkpoint are looked at: the loss at the start, dead \
            and saturated units, gradients by depth, updates beside weights, waiting for data, \
            recompilations, overfitting, labels that look wrong. Each finding has its numbers, and \
            what helps. Without one: cores, instruction sets, oneDNN, memory, data.

            Examples:
              kalsae doctor
              kalsae doctor last
            """)

    @Argument(
        help: ArgumentHelp(
            "A run: its id, the beginning of it, its name, or last.", valueName: "run"),
        completion: NameCompletion.runs)
    var wanted: String?

    @OptionGroup var location: RunsOptions

    @Flag(help: "Print one JSON object on one line to standard output.")
    var json = false

    @Option(help: "The language of what is found in a run, en or ko.")
    var language: TextLanguage = .english

    @Flag(help: "Show the environment variables for developers of Kalsae as well.")
    var all = false

    func run() throws {
        try InstructionSet.apply()
        if let wanted { return try RunDoctor(wanted, location, language).report(json: json) }
        let facts = Machine.facts(all: all)
        if json {
            return try Console.print(JSONValue.object(facts.map { JSONValue.Member($0.0, $0.1) }))
        }
        for (name, value) in facts { try Console.print(lines: "\(name): \(Self.text(value))") }
    }

    private static func text(_ value: JSONValue) -> String {
        if let text = value.string { return text }
        if let members = value.members {
            return members.map { "\n  \($0.key): \(text($0.value))" }.joined()
        }
        if let list = value.array { return list.map(text).joined(separator: " ") }
        return value.text
    }
}

/// What the machine is.
private enum Machine {
    /// What users set; the other variables are for developers, and shown where they are set.
    private static let usual: [EnvironmentFlag] = [.data, .device, .precision, .threads]

    static func facts(all: Bool) -> [(String, JSONValue)] {
        return [
            ("cores", .integer(Cores.available)),
            ("processor", .string(processor)),
            ("instructions", .array(instructions.map { .string($0) })),
            ("isa", .string("\(InstructionSet.current) (best here: \(InstructionSet.best))")),
            ("onednn", .string(oneDNN)),
            ("memory", .string(ByteCount.text(Memory.limit))),
            ("data", .array(DataFolders.folders.map { .string($0) })),
            ("device", .string(device)),
            ("cuda", cuda),
            ("opencl", opencl),
            ("mpi", .string(mpi)),
            ("flags", .object(flags(all: all) + unknown)),
        ]
    }

    /// The variables with their values and what they are for.
    private static func flags(all: Bool) -> [JSONValue.Member] {
        let environment = ProcessInfo.processInfo.environment
        let shown = EnvironmentFlag.allCases.filter { flag in
            all || usual.contains(flag) || environment[flag.rawValue]?.isEmpty == false
        }
        return shown.map { flag in
            // An address may have a password.
            let value = flag == .store ? PostgresStudies.redacted(flag.value) : flag.value
            return JSONValue.Member(flag.rawValue, .string("\(value) (\(flag.summary))"))
        }
    }

    /// Variables that look like Kalsae's and are not.
    private static var unknown: [JSONValue.Member] {
        let known = EnvironmentFlag.allCases.map(\.rawValue)
        let names = ProcessInfo.processInfo.environment.keys.filter {
            $0.hasPrefix("KALSAE_") && $0 != ParentProcess.key && !known.contains($0)
        }
        return names.sorted().map { name in
            let advice = SpellingSuggestion.advice(name, in: known)
            return JSONValue.Member(
                name, .string("read by nobody" + (advice.isEmpty ? "" : "; \(advice)")))
        }
    }

    private static var processor: String { value(of: "model name") ?? "unknown" }

    /// The vector instruction sets among the processor's flags.
    private static var instructions: [String] {
        let flags = (value(of: "flags") ?? value(of: "Features") ?? "").split(separator: " ")
        let wanted = [
            "sse4_2", "avx", "avx2", "fma", "avx512f", "avx512bw", "avx512vl", "avx512_bf16",
            "avx512_vnni", "amx_tile", "asimd", "sve",
        ]
        return wanted.filter { name in flags.contains { $0 == name } }
    }

    /// The first value of a key in the system's description of the processor.
    private static func value(of key: String) -> String? {
        guard let bytes = try? FileBytes.read("/proc/cpuinfo") else { return nil }
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2, parts[0].trimmed == key { return parts[1].trimmed }
        }
        return nil
    }

    /// The library for MPI and whose it is.
    private static var mpi: String {
        guard let path = MPILibrary.wantedPath else { return "off" }
        guard access(path, F_OK) == 0 else { return "no library; kalsae mpi build makes one" }
        do throws(KalsaeError) {
            return "\(path), \(try MPILibrary(path).version)"
        } catch {
            return error.description
        }
    }

    /// The device in force, or why there is none.
    private static var device: String {
        let name = EnvironmentFlag.device.value
        do {
            _ = try Device.named(name)
            return name
        } catch { return "\(name): \(error)" }
    }

    /// The cards of NVIDIA, each after its self-test; one error where none can be opened.
    private static var cuda: JSONValue {
        var (members, errors): ([JSONValue.Member], [String]) = ([], [])
        for index in 0..<max(CUDADriver.cardCount, 1) {
            do {
                guard let backend = try Device.cuda(index).accelerator else { continue }
                members.append(member(backend.driver.info, "passes its self-test"))
            } catch {
                members.append(JSONValue.Member("cuda:\(index)", .string("\(error)")))
                errors.append("\(error)")
            }
        }
        if let error = errors.first, errors.count == members.count { return .string(error) }
        return .object(members)
    }

    /// The devices of OpenCL, each after its self-test.
    private static var opencl: JSONValue {
        do {
            let all = try OpenCLDevices.all()
            if all.isEmpty { return "no device" }
            return .object(
                all.indices.map { index in
                    var test = "passes its self-test"
                    do { _ = try Device.opencl(index) } catch { test = "\(error)" }
                    return member(all[index].info, test)
                })
        } catch { return .string("\(error)") }
    }

    private static func member(_ info: DeviceInfo, _ test: String) -> JSONValue.Member {
        let types = info.hasFloat64 ? "float32 and float64" : "float32"
        return JSONValue.Member(
            info.device,
            .string(
                "\(info.name) (\(info.kind.rawValue)), \(info.computeUnits) units, "
                    + "\(info.memoryBytes >> 20) MiB, \(types), \(info.driver); \(test)"))
    }

    private static var oneDNN: String {
        var (major, minor, patch): (Int32, Int32, Int32) = (0, 0, 0)
        kdnn_version(&major, &minor, &patch)
        return "\(major).\(minor).\(patch), \(String(cString: kdnn_isa()))"
    }
}

extension Substring {
    fileprivate var trimmed: String {
        let isSpace: (Character) -> Bool = { $0.isWhitespace }
        let end = reversed().drop(while: isSpace).reversed()
        return String(String(end).drop(while: isSpace))
    }
}
