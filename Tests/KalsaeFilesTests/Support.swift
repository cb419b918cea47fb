import Glibc
import KalsaeFiles
import KalsaeSupport
import Testing

/// The message of the error that `body` throws; a failure of the test when it throws none.
func message(
    at location: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) -> String {
    do {
        try body()
        Issue.record("expected an error", sourceLocation: location)
        return ""
    } catch {
        let text = "\(error)"
        #expect(!text.contains("\n"), sourceLocation: location)
        return text
    }
}

/// Calls `body` with the path of a new folder and removes it afterwards.
func withFolder(_ body: (String) throws -> Void) throws {
    let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(base)/kalsae-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
        throw KalsaeError(base, expected: "space on the disk", got: "none")
    }
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer {
        for name in names(in: path) { unlink("\(path)/\(name)") }
        rmdir(path)
    }
    try body(path)
}

/// The names in a folder, sorted.
func names(in folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
}

/// The folder with the public data sets, or nil: `KALSAE_DATA`, else `../shared/data`.
let dataFolder: String? = {
    let named = EnvironmentFlag.data.value
    let folder = named.isEmpty ? "../shared/data" : named
    return access(folder, R_OK) == 0 ? folder : nil
}()

/// A small generator for tests (SplitMix64): same seed, same sequence.
struct TestGenerator: RandomNumberGenerator {
    var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
