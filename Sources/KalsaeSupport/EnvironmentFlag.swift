import Glibc

/// The one table of environment variables that Kalsae reads.
public enum EnvironmentFlag: String, CaseIterable, Sendable {
    /// The folder with data sets: `mnist/`, `fashion-mnist/`, `tabular/`.
    case data = "KALSAE_DATA"
    /// How much of the inside is told on standard error: 0 to 3.
    case debug = "KALSAE_DEBUG"
    /// What computes: `cpu`, `cuda` or `opencl`, or `opencl:1` for the second device of OpenCL.
    case device = "KALSAE_DEVICE"
    /// How many mutated files a reader is tried with in the tests.
    case fuzz = "KALSAE_FUZZ"
    /// The instructions that kernels use: `scalar`, `avx2`, `avx512` or `amx`; empty means the best
    /// that the processor has. Read once, when the process begins.
    case isa = "KALSAE_ISA"
    /// Whether the tests run that take minutes or much memory: 0 or 1.
    case longTests = "KALSAE_LONG_TESTS"
    /// The library that `kalsae mpi build` made; empty means its usual path, `off` that processes which
    /// were launched together know nothing of each other.
    case mpi = "KALSAE_MPI"
    /// Which passes over graphs and plans run: `all`, `none`, names separated by commas, or
    /// `-name` for all others.
    case passes = "KALSAE_PASSES"
    /// In what numbers products are computed: `float32`, `tf32`, `bfloat16` or `float16`.
    case precision = "KALSAE_PRECISION"
    /// Whether the tests run that launch trainings on several ranks, which need all cores: 0 or 1.
    case rankTests = "KALSAE_RANK_TESTS"
    /// The folder that runs are recorded in.
    case runs = "KALSAE_RUNS"
    /// The database of studies that several hosts share.
    case store = "KALSAE_STORE"
    /// How many threads a plan may use; empty means one per core.
    case threads = "KALSAE_THREADS"
    /// Whether the graph verifier runs after each pass: 0 or 1.
    case verify = "KALSAE_VERIFY"
    /// After how many seconds of waiting for another rank it is told, and after how many the process
    /// ends: two numbers and a comma, or `off`.
    case watchdog = "KALSAE_WATCHDOG"

    /// The value used when the variable is unset or empty.
    public var defaultValue: String {
        switch self {
        case .data, .isa, .mpi, .store, .threads: ""
        case .debug, .longTests, .rankTests, .verify: "0"
        case .device: "cpu"
        case .fuzz: "2000"
        case .passes: "all"
        case .precision: "float32"
        case .runs: "kalsae-runs"
        case .watchdog: "60,600"
        }
    }

    /// What the flag does, in one line, as `kalsae doctor` prints it.
    public var summary: String {
        switch self {
        case .data: "folder with data sets (mnist/, fashion-mnist/, tabular/)"
        case .debug: "1 devices and plans, 2 times per instruction, 3 graphs"
        case .device: "what computes: cpu, cuda or opencl, or opencl:1 for the second of OpenCL"
        case .fuzz: "mutated files per reader in the tests"
        case .isa: "instructions of kernels: scalar, avx2, avx512, amx; empty: the best there are"
        case .longTests: "1 runs the tests that take minutes"
        case .mpi: "library for MPI; empty: the one of kalsae mpi build; off: no MPI"
        case .passes: "passes over graphs and plans: all, none, names with commas, or -name"
        case .precision: "numbers of products: float32, tf32 (cards), bfloat16, float16"
        case .rankTests: "1 runs the tests that train on several ranks"
        case .runs: "folder that runs are recorded in"
        case .store: "PostgreSQL database of studies; empty: the folder of the runs"
        case .threads: "threads per plan; empty: one per core"
        case .verify: "1 runs the graph verifier after each pass"
        case .watchdog: "seconds of waiting for a rank until it is told, and until the end"
        }
    }

    /// The value in force: a scope's setting, else the environment's, else the default.
    public var value: String {
        if let scoped = EnvironmentFlag.scoped[self] { return scoped }
        guard let raw = getenv(rawValue) else { return defaultValue }
        let text = String(cString: raw)
        return text.isEmpty ? defaultValue : text
    }

    /// The value as a whole number; the default's, said once, where it is not one.
    public var integer: Int {
        let text = value
        if let number = Int(text) { return number }
        let usual = Int(defaultValue) ?? 0
        if !text.isEmpty {
            Notice.sayOnce(
                "\(rawValue)=\(text)",
                "\(rawValue): expected a whole number, got \(text); taken as \(usual)")
        }
        return usual
    }

    /// The names in a list of names, of `passes`, without the sign that leaves one out.
    public static var namedPasses: [String] {
        EnvironmentFlag.passes.value.split(separator: ",").map {
            String($0.hasPrefix("-") ? $0.dropFirst() : $0)
        }
    }

    /// Whether `passes` asks for a pass: by name, by not leaving it out (`-name`), or with all.
    public static func isPassEnabled(_ name: String) -> Bool {
        let names = EnvironmentFlag.passes.value.split(separator: ",")
        if names == ["all"] { return true }
        if names.allSatisfy({ $0.hasPrefix("-") }) { return !names.contains("-\(name)") }
        return names.contains { $0 == name }
    }

    @TaskLocal private static var scoped: [EnvironmentFlag: String] = [:]

    /// Runs `body` with a flag set for its scope only.
    public static func with<Result>(
        _ flag: EnvironmentFlag, _ value: String, _ body: () throws -> Result
    ) rethrows -> Result {
        var values = scoped
        values[flag] = value
        return try $scoped.withValue(values) { try body() }
    }
}
