import Glibc
import KalsaeFiles
import KalsaeSupport
import Testing

@Suite struct FileTests {
    @Test func bytesComeBack() throws {
        try withFolder { folder in
            for count in [0, 1, 65_536, 1_000_003] {
                let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
                try AtomicFile.write(bytes, to: "\(folder)/a")
                #expect(try FileBytes.read("\(folder)/a") == bytes)
            }
            #expect(names(in: folder) == ["a"])
        }
    }

    @Test func readingTellsWhatIsWrong() throws {
        try withFolder { folder in
            #expect(
                message { _ = try FileBytes.read("\(folder)/none") }
                    == "\(folder)/none: expected a readable file, got no such file or directory; "
                    + "check the path")
            #expect(
                message { _ = try FileBytes.read(folder) }
                    == "\(folder): expected a file, got a folder"
            )
            try AtomicFile.write([1, 2, 3], to: "\(folder)/three")
            #expect(
                message { _ = try FileBytes.read("\(folder)/three", limit: 2) }
                    == "\(folder)/three: expected at most 2 bytes, got 3")
            #expect(try FileBytes.read("\(folder)/three", limit: 3) == [1, 2, 3])
        }
    }

    @Test func aDeviceIsReadToItsEndAndWrittenInPlace() throws {
        #expect(try FileBytes.read("/dev/null") == [])
        let endless = message { _ = try FileBytes.read("/dev/zero", limit: 100_000) }
        #expect(endless.hasPrefix("/dev/zero: expected at most 100000 bytes"))
        try AtomicFile.write([1], to: "/dev/null")
        #expect(access("/dev/null", F_OK) == 0)
        #expect(
            message { try AtomicFile.write([1], to: "/dev/full") }
                == "/dev/full: expected to write, got no space left on device; "
                + "free some space or choose another folder")
    }

    @Test func aFailedWriteLeavesWhatWasThere() throws {
        try withFolder { folder in
            let path = "\(folder)/a"
            try AtomicFile.write([1, 2, 3], to: path)
            let text = message {
                try AtomicFile.write(to: path) { writer throws(KalsaeError) in
                    try writer.write([9])
                    throw KalsaeError("a", expected: "b", got: "c")
                }
            }
            #expect(text == "a: expected b, got c")
            #expect(try FileBytes.read(path) == [1, 2, 3])
            #expect(names(in: folder) == ["a"])
            let missing = message { try AtomicFile.write([1], to: "\(folder)/no/a") }
            #expect(missing.contains("no such file or directory"))
            #expect(
                message { try AtomicFile.write([1], to: folder) }
                    == "\(folder): expected a file to write, got a folder")
        }
    }

    @Test func modeAndLinkOutliveAReplacement() throws {
        try withFolder { folder in
            let path = "\(folder)/a"
            try AtomicFile.write([1], to: path)
            chmod(path, 0o640)
            symlink(path, "\(folder)/link")
            try AtomicFile.write([2], to: "\(folder)/link")
            var status = stat()
            #expect(lstat("\(folder)/link", &status) == 0)
            #expect(status.st_mode & S_IFMT == S_IFLNK)
            #expect(stat(path, &status) == 0)
            #expect(status.st_mode & 0o7777 == 0o640)
            #expect(try FileBytes.read(path) == [2])
        }
    }
}
