import ArgumentParser
import Glibc
import KalsaeCPU
import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// A verb that computes.
protocol ComputingCommand: ParsableCommand {
    /// The options that all of them have.
    var common: CommonOptions { get }
}

/// Options that every verb which computes has.
struct CommonOptions: ParsableArguments {
    @Flag(help: "Print one JSON object on one line to standard output.")
    var json = false

    @Flag(help: "Print results and errors only: no progress, no notices.")
    var quiet = false

    @Option(help: "Threads to compute with; without it, one per core.")
    var threads: Int?

    @Option(
        help: ArgumentHelp(
            "What computes: cpu, cuda or opencl, or opencl:1 for the second of OpenCL; kalsae doctor "
                + "lists them.", valueName: "name"))
    var device: String?

    @Option(
        help: ArgumentHelp(
            "Numbers of products: float32, tf32 (cards), bfloat16 or float16.", valueName: "name"))
    var precision: String?

    /// Puts the options in force; called before anything is computed.
    func apply() throws {
        if quiet { Console.silence() }
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("--threads takes a number from 1 to 1024, got \(threads).")
        }
        if threads != 1 { SpinLimit.apply() }
        // Behind that: the process may begin anew there.
        ParentProcess.watch()
        if let threads { setenv(EnvironmentFlag.threads.rawValue, "\(threads)", 1) }
        if device == "" {
            throw ValidationError("--device takes cpu, cuda or opencl, got nothing.")
        }
        if let device { setenv(EnvironmentFlag.device.rawValue, device, 1) }
        if let launcher = LaunchedProcess.launcher {
            Device.deal(to: launcher.localRank ?? launcher.rank)
        }
        if let precision { setenv(EnvironmentFlag.precision.rawValue, precision, 1) }
        let numbers = try Precision.ofEnvironment()
        setenv(EnvironmentFlag.precision.rawValue, numbers.rawValue, 1)
        if numbers.operandType != nil, EnvironmentFlag.device.value == "cpu" {
            let hasTiles = numbers == .bfloat16 && InstructionSet.current == .amx
            Notice.say(
                hasTiles
                    ? "the cpu multiplies large matrices in bfloat16; small ones, convolutions and "
                        + "attention are rounded and take longer than with --precision float32"
                    : "the cpu multiplies what was rounded to \(numbers.rawValue) as float32, which "
                        + "takes longer than --precision float32")
        }
        if EnvironmentFlag.device.value != "cpu" { try Self.open(EnvironmentFlag.device.value) }
    }

    /// Goes on in the precision of a record, where nothing else was asked for.
    func takeUp(precision recorded: String?) {
        let flag = EnvironmentFlag.precision
        guard let recorded, precision == nil, flag.value == flag.defaultValue else { return }
        setenv(flag.rawValue, recorded, 1)
    }

    /// Goes on on the device of a record, where nothing else was asked for.
    func takeUp(device recorded: String?) throws {
        guard let recorded, device == nil, EnvironmentFlag.device.value == "cpu" else { return }
        setenv(EnvironmentFlag.device.rawValue, recorded, 1)
        if recorded != "cpu" { try Self.open(recorded) }
    }

    /// Opens a device before anything else is done, and says once that it is the processor after all.
    private static func open(_ name: String) throws {
        guard let backend = try Device.named(name).accelerator else { return }
        let info = backend.driver.info
        guard info.kind == .cpu else { return }
        Notice.sayOnce(
            "device \(name)",
            "\(info.device) is this machine's processor (\(info.name)); --device cpu is faster")
    }
}
