import KalsaeSupport
import Synchronization

/// The kernels that a device has compiled so far, by their text: of a plan only what no plan before it
/// had is compiled, all of it as one program.
final class ProgramCache: Sendable {
    private let programs = Mutex<[String: any DriverProgram]>([:])
    private let compiling = Mutex(())
    private let driver: any Driver
    private let files: ProgramFiles?

    init(_ driver: any Driver, files: ProgramFiles?) {
        self.driver = driver
        self.files = files
    }

    /// The programs of kernels, by the kernels' names.
    func programs(
        for sources: [KernelSource]
    ) throws(KalsaeError) -> [String: any DriverProgram] {
        // One at a time: drivers compile one behind the other anyway.
        let result = compiling.withLock { _ in
            Result { () throws(KalsaeError) in try compileMissing(sources) }
        }
        return try result.get()
    }

    private func compileMissing(
        _ sources: [KernelSource]
    ) throws(KalsaeError) -> [String: any DriverProgram] {
        var found: [String: any DriverProgram] = [:]
        var missing: [KernelSource] = []
        let known = programs.withLock { $0 }
        for source in sources where found[source.name] == nil {
            if let program = known[source.name] {
                found[source.name] = program
            } else if !missing.contains(source) {
                missing.append(source)
            }
        }
        guard !missing.isEmpty else { return found }
        let text = driver.dialect + Prelude.text + missing.map(\.text).joined(separator: "\n")
        let program: any DriverProgram
        if let loaded = load(text) { program = loaded } else { program = try compile(text) }
        for source in missing { found[source.name] = program }
        programs.withLock { programs in
            for source in missing { programs[source.name] = program }
        }
        return found
    }

    private func load(_ text: String) -> (any DriverProgram)? {
        guard let files, let binary = files.read(text) else { return nil }
        return driver.load(binary, for: text)
    }

    private func compile(_ text: String) throws(KalsaeError) -> any DriverProgram {
        let program = try WaitingNotice.compiling(for: driver.info) { () throws(KalsaeError) in
            try driver.compile(text)
        }
        Counters.record { $0.programsCompiled += 1 }
        if let files, let binary = try? program.binary() { files.write(binary, for: text) }
        return program
    }
}
