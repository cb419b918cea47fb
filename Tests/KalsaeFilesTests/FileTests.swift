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

    /// A plain open would wait for a reader for good.
    @Test(.timeLimit(.minutes(30))) func aPipeThatNobodyReadsIsNotWritten() throws {
        try withFolder { folder in
            let pipe = "\(folder)/pipe"
            #expect(mkfifo(pipe, 0o600) == 0)
            let told =
                "\(pipe): expected a file, or a pipe that somebody reads, got a pipe without a reader; "
                + "begin to read it first, as in cat \(pipe) &"
            #expect(message { try AtomicFile.write([1], to: pipe) } == told)
            #expect(message { try AtomicFile.checkWritable(pipe) } == told)
            let reader = open(pipe, O_RDONLY | O_NONBLOCK)
            defer { close(reader) }
            try AtomicFile.checkWritable(pipe)
            // Looking at it was no end for the reader: that would be 0 bytes and no error.
            var byte: UInt8 = 0
            #expect(read(reader, &byte, 1) == -1 && errno == EAGAIN)
            try AtomicFile.checkWritable(pipe)
            try AtomicFile.write([7], to: pipe)
            #expect(read(reader, &byte, 1) == 1 && byte == 7)
            #expect(read(reader, &byte, 1) == 0)
            #expect(names(in: folder) == ["pipe"])
        }
    }

    /// Neither of them ends, or begins, before somebody else wants it: nothing waits for that.
    @Test(.timeLimit(.minutes(30))) func pipesSocketsAndDevicesAreNotRead() throws {
        try withFolder { folder in
            let pipe = "\(folder)/pipe"
            #expect(mkfifo(pipe, 0o600) == 0)
            let told =
                "\(pipe): expected a file, got a pipe; a table may come through standard input, as -"
            #expect(message { _ = try FileBytes.read(pipe) } == told)
            #expect(message { _ = try FileBytes.prefix(of: pipe, count: 9) } == told)
            #expect(message { _ = try CSV(path: pipe) } == told)
            #expect(message { _ = try CSVStream(path: pipe) } == told)
            #expect(message { _ = try NPZ(path: pipe) } == told)
            #expect(message { _ = try ImageFile.header(path: pipe) } == told)
            let socket = "\(folder)/socket"
            let file = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(file) }
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: socket.utf8) }
            let size = socklen_t(MemoryLayout<sockaddr_un>.size)
            let isBound = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(file, $0, size) }
            }
            #expect(isBound == 0)
            #expect(message { _ = try FileBytes.read(socket) }.contains("got a socket"))
        }
        for device in ["/dev/null", "/dev/zero"] {
            #expect(
                message { _ = try FileBytes.read(device) }
                    == "\(device): expected a file, got a device")
        }
    }

    /// A pipe that the process has open, as a shell's `<(…)`, is a file that can be read once.
    @Test func aPipeThatWasInheritedIsRead() throws {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        #expect(write(ends[1], "a,b\n1,2\n", 8) == 8)
        close(ends[1])
        defer { close(ends[0]) }
        #expect(try CSV(path: "/dev/fd/\(ends[0])").rowCount == 1)
        #expect(
            message { _ = try CSVPasses(path: "/dev/fd/\(ends[0])", options: CSVOptions()) }
                .contains("read more than once"))
    }

    @Test func aDeviceIsWrittenInPlace() throws {
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
