import Glibc
import KalsaeFiles
import KalsaeSupport
import Testing

/// What a process that was killed while it wrote has left beside the destination.
@Suite struct LeftoverTests {
    private func touch(_ path: String) -> Int32 { open(path, O_WRONLY | O_CREAT, 0o644) }

    @Test func theNextWriteSweepsThem() throws {
        try withFolder { folder in
            for name in [".a.4242-1.partial", ".a.4242-2.partial", ".a.7.partial"] {
                close(touch("\(folder)/\(name)"))
            }
            try AtomicFile.write([1], to: "\(folder)/a")
            #expect(names(in: folder) == ["a"])
            #expect(try FileBytes.read("\(folder)/a") == [1])
        }
    }

    /// Another process, or another thread, that writes the same file at the moment.
    @Test func aWriterThatLivesKeepsItsFile() throws {
        try withFolder { folder in
            try AtomicFile.write(to: "\(folder)/a") { writer throws(KalsaeError) in
                try writer.write([1])
                try AtomicFile.write([2], to: "\(folder)/a")
                try writer.write([3])
            }
            #expect(names(in: folder) == ["a"])
            #expect(try FileBytes.read("\(folder)/a") == [1, 3])
        }
    }

    @Test func filesOfOthersStay() throws {
        try withFolder { folder in
            let others = [
                ".a.b.4242-1.partial", ".a.notes.partial", ".a.partial", ".b.4242-1.partial",
                "a.4242-1.partial", ".a.4242-1.partial.txt",
            ]
            for name in others { close(touch("\(folder)/\(name)")) }
            try AtomicFile.write([1], to: "\(folder)/a")
            #expect(names(in: folder).sorted() == (others + ["a"]).sorted())
        }
    }
}
