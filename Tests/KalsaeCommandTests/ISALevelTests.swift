import Foundation
import KalsaeFiles
import Testing

/// `KALSAE_ISA`, as a user sets it.
@Suite struct ISALevelTests {
    private let folder: CommandRun.Folder

    init() throws { folder = try CommandRun.Folder() }

    private func run(_ level: String, _ arguments: String...) throws -> CommandRun {
        try CommandRun(arguments, in: folder, environment: ["KALSAE_ISA": level])
    }

    @Test func theLowestLevelIsEverywhere() throws {
        defer { folder.remove() }
        let doctor = try run("scalar", "doctor", "--json")
        #expect(doctor.status == 0, "\(doctor.errors)")
        #expect(try doctor.json["isa"]?.string?.hasPrefix("scalar (best here: ") == true)
        #if arch(x86_64)
            #expect(try doctor.json["onednn"]?.string?.hasSuffix(", sse41") == true)
        #endif
        let profile = try run("scalar", "profile", "iris", "--seconds", "0.05", "--json")
        #expect(profile.status == 0, "\(profile.errors)")
        let instructions = try profile.json["instructions"]?.array ?? []
        #expect(!instructions.isEmpty)
        for instruction in instructions {
            #expect(["scalar", "onednn"].contains(instruction["engine"]?.string))
            #expect(instruction["fallbacks"]?.integer == 0)
        }
    }

    @Test(arguments: ["AVX2", "avx10", "best"])
    func anUnknownLevelIsRefused(_ level: String) throws {
        defer { folder.remove() }
        for verb in [["doctor"], ["train", "iris"]] {
            let result = try CommandRun(verb, in: folder, environment: ["KALSAE_ISA": level])
            #expect(result.status != 0 && result.output.isEmpty)
            #expect(
                result.errors
                    == "error: KALSAE_ISA: expected one of scalar, avx2, avx512, amx, got \(level)\n"
            )
            #expect(folder.contents.isEmpty)
        }
    }
}
