import Glibc
import KalsaeFiles
import Testing

/// Files without a name, and amounts of memory in words.
@Suite struct ScratchFileTests {
    @Test func numbersComeBack() throws {
        try withFolder { folder in
            let file = try ScratchFile(in: "\(folder)", bytes: 40)
            #expect(names(in: folder) == [])
            let first = try file.append([1, 2, 3])
            let second = try file.append([4, 5])
            var numbers: [Float] = [0]
            try file.read(2, at: second, into: &numbers)
            try file.read(3, at: first, into: &numbers)
            #expect(numbers == [0, 4, 5, 1, 2, 3])
            #expect(message { try file.read(9, at: first, into: &numbers) }.contains(folder))
        }
    }

    @Test func aDiscThatIsTooSmallIsRefused() throws {
        try withFolder { folder in
            let told = message { _ = try ScratchFile(in: folder, bytes: 1 << 60) }
            #expect(told.contains("free for encoded rows"), "\(told)")
            #expect(names(in: folder) == [])
        }
    }

    /// A device that is always full.
    @Test func aFolderThatIsNoneIsRefused() {
        let told = message { _ = try ScratchFile(in: "/dev/null/rows", bytes: 1) }
        #expect(told.contains("/dev/null/rows"), "\(told)")
    }

    @Test(arguments: [
        ("400M", 400 << 20), ("2g", 2 << 30), ("1.5K", 1_536), ("123", 123), ("10MiB", 10 << 20),
        ("7MB", 7 << 20),
    ])
    func amounts(_ text: String, _ bytes: Int) throws {
        #expect(try ByteCount.bytes(parsing: text, option: "--memory") == bytes)
    }

    @Test(arguments: ["", "M", "-1M", "x", "1e30G", "0"])
    func noAmounts(_ text: String) {
        let told = message { _ = try ByteCount.bytes(parsing: text, option: "--memory") }
        #expect(told.contains("--memory"))
    }

    @Test(arguments: [
        (1_023, "1023 bytes"), (400 << 20, "400 MB"), (5_390_000_000, "5.02 GB"),
        (1_536, "1.5 KB"), (99 << 30, "99 GB"),
    ])
    func amountsInWords(_ bytes: Int, _ text: String) {
        #expect(ByteCount.text(bytes) == text)
    }
}
