import Foundation
import KalsaeData
import KalsaeFiles
import KalsaeSupport
import KalsaeTesting
import Testing

/// Files from servers that break off, lie, and send elsewhere: each is there whole and right, or not
/// at all. Nothing leaves the machine.
@Suite(.timeLimit(.minutes(30))) struct FetchTests {
    private let folder = NSTemporaryDirectory() + "kalsae-fetch-\(UUID().uuidString)/data"
    private let server = LoopbackServer()
    private let body = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }

    private var file: RemoteFile { RemoteFile("a.bin", body.count, SHA256.text(of: body)) }

    private func remove() {
        server.stop()
        try? FileManager.default.removeItem(
            at: URL(fileURLWithPath: folder).deletingLastPathComponent())
    }

    private func fetch(_ mirrors: [String]) throws -> SetFetcher.Outcome {
        let set = RemoteSet(name: "set", files: [file], mirrors: mirrors)
        let all = try SetFetcher(set, to: folder, pause: 1).run { _, _ in }
        return try #require(all.first)
    }

    private func fault(_ mirrors: [String]) -> String {
        do {
            _ = try fetch(mirrors)
            Issue.record("expected an error")
            return ""
        } catch { return "\(error)" }
    }

    private var bytes: [UInt8]? { try? FileBytes.read("\(folder)/a.bin") }

    private var names: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    }

    @Test func aFileComesOnce() throws {
        defer { remove() }
        server.answer("/x/a.bin", .init(body: body))
        let first = try fetch(["\(server.url)/x"])
        #expect(first.mirror == "\(server.url)/x" && first.resumedFrom == 0)
        #expect(bytes == body && names == ["a.bin"])
        #expect(server.requests == [.init(path: "/x/a.bin", range: nil)])
        // What is there is not asked for again.
        #expect(try fetch(["\(server.url)/x/"]).mirror == nil)
        #expect(server.requests.count == 1)
    }

    @Test func aConnectionThatBreaksIsGoneOnWith() throws {
        defer { remove() }
        server.answer("/a.bin", .init(body: body, breaks: [70_000, 50_000]))
        _ = try fetch([server.url])
        #expect(bytes == body && names == ["a.bin"])
        let ranges = server.requests.map(\.range)
        #expect(ranges == [nil, "bytes=70000-", "bytes=120000-"], "\(ranges)")
    }

    /// What an interrupted process left is gone on with by the next.
    @Test func aBeginningThatIsThereIsGoneOnWith() throws {
        defer { remove() }
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        try AtomicFile.write(Array(body.prefix(60_000)), to: "\(folder)/.a.bin.part")
        server.answer("/a.bin", .init(body: body))
        #expect(try fetch([server.url]).resumedFrom == 60_000)
        #expect(bytes == body && names == ["a.bin"])
        #expect(server.requests.map(\.range) == ["bytes=60000-"])
    }

    /// A beginning of another file, or one that is too long, costs one more request.
    @Test(arguments: [60_000, 200_000, 300_000]) func aWrongBeginningIsNoTrap(_ count: Int) throws {
        defer { remove() }
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        try AtomicFile.write(
            [UInt8](repeating: 7, count: count), to: "\(folder)/.a.bin.part")
        server.answer("/a.bin", .init(body: body))
        _ = try fetch([server.url])
        #expect(bytes == body && names == ["a.bin"])
    }

    @Test func aServerWithoutRangesBeginsAnew() throws {
        defer { remove() }
        server.answer("/a.bin", .init(body: body, knowsRanges: false, breaks: [70_000]))
        #expect(try fetch([server.url]).resumedFrom == 0)
        #expect(bytes == body)
    }

    @Test func redirectsAreFollowed() throws {
        defer { remove() }
        server.answer("/a.bin", .init(status: 302, location: "/elsewhere"))
        server.answer("/elsewhere", .init(body: body, breaks: [70_000]))
        _ = try fetch([server.url])
        #expect(bytes == body)
        #expect(server.requests.last == .init(path: "/elsewhere", range: "bytes=70000-"))
        // One that leads to itself ends.
        server.answer("/b/a.bin", .init(status: 302, location: "/b/a.bin"))
        try FileManager.default.removeItem(atPath: "\(folder)/a.bin")
        #expect(fault(["\(server.url)/b"]).contains("redirects"))
        // One to a file of this machine is refused.
        server.answer("/c/a.bin", .init(status: 302, location: "file:///etc/passwd"))
        #expect(fault(["\(server.url)/c"]).contains("expected a mirror that has it"))
        #expect(bytes == nil)
    }

    @Test func theNextMirrorIsTried() throws {
        defer { remove() }
        var wrong = body
        wrong[100] ^= 1
        server.answer("/wrong/a.bin", .init(body: wrong))
        server.answer("/long/a.bin", .init(body: body + [1]))
        server.answer("/ill/a.bin", .init(status: 503))
        server.answer("/good/a.bin", .init(body: body))
        // Nobody listens on a port that was just given up.
        let other = LoopbackServer()
        other.stop()
        let mirrors = ["/none", "/wrong", "/long", "/ill", "/good"].map { server.url + $0 }
        let outcome = try fetch(["http://127.0.0.1:\(other.port)"] + mirrors)
        #expect(outcome.mirror == "\(server.url)/good" && bytes == body && names == ["a.bin"])
        try FileManager.default.removeItem(atPath: "\(folder)/a.bin")
        let told = fault(Array(mirrors.dropLast()))
        for reason in [
            "/none/a.bin: status 404", "/wrong/a.bin: another file than that of the checksum",
            "/long/a.bin: more than 200000 bytes", "/ill/a.bin: status 503",
        ] { #expect(told.contains(reason), "\(told)") }
        #expect(bytes == nil)
    }

    @Test func nobodysFileIsReplaced() throws {
        defer { remove() }
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        try AtomicFile.write([1, 2, 3], to: "\(folder)/a.bin")
        server.answer("/a.bin", .init(body: body))
        #expect(fault([server.url]).contains("got another file; move it away"))
        #expect(bytes == [1, 2, 3] && server.requests.isEmpty)
    }

    @Test func whoeverCountsMayEndIt() throws {
        defer { remove() }
        struct Enough: Error {}
        server.answer("/a.bin", .init(body: body))
        let set = RemoteSet(name: "set", files: [file], mirrors: [server.url])
        #expect(throws: Enough.self) {
            _ = try SetFetcher(set, to: folder, pause: 1).run { _, _ in throw Enough() }
        }
        #expect(bytes == nil && names == [".a.bin.part"])
        _ = try fetch([server.url])
        #expect(bytes == body)
        #expect(server.requests.last?.range?.hasPrefix("bytes=") == true)
    }

    /// An archive's files go by the last part of their paths into the folder, and nowhere else.
    @Test func archivesAreUnpacked() throws {
        defer { remove() }
        func member(_ path: String, _ bytes: [UInt8]) -> [UInt8] {
            var header = [UInt8](repeating: 0, count: 512)
            func put(_ text: String, _ offset: Int) {
                for (k, byte) in text.utf8.enumerated() { header[offset + k] = byte }
            }
            put(path, 0)
            put("0000644", 100)
            let size = String(bytes.count, radix: 8)
            put(String(repeating: "0", count: 11 - size.count) + size, 124)
            put("        ", 148)
            put("0", 156)
            put("ustar", 257)
            let sum = String(header.reduce(0) { $0 + Int($1) }, radix: 8)
            put(String(repeating: "0", count: 6 - sum.count) + sum + "\0 ", 148)
            return header + bytes + [UInt8](repeating: 0, count: (512 - bytes.count % 512) % 512)
        }
        let tar =
            member("top/notes.txt", Array("hello".utf8)) + member("../../one.bin", [1, 2, 3])
            + member("top/two.bin", [UInt8](repeating: 9, count: 700))
            + [UInt8](repeating: 0, count: 1024)
        let packed = try Gzip.compress(tar)
        server.answer("/set.tar.gz", .init(body: packed))
        let set = RemoteSet(
            name: "set",
            files: [RemoteFile("set.tar.gz", packed.count, SHA256.text(of: packed))],
            mirrors: [server.url], members: ["one.bin", "two.bin"])
        _ = try SetFetcher(set, to: folder, pause: 1).run { _, _ in }
        #expect(names == ["one.bin", "two.bin"])
        #expect(try FileBytes.read("\(folder)/one.bin") == [1, 2, 3])
        #expect(try FileBytes.read("\(folder)/two.bin").count == 700)
        // Damaged ones are refused.
        var damaged = tar
        damaged[5] ^= 1
        #expect(throws: KalsaeError.self) { try TarFile(damaged, subject: "t") }
        #expect(throws: KalsaeError.self) { try TarFile(Array(tar.prefix(1200)), subject: "t") }
    }

    /// The examples of FIPS 180-4, and parts of odd lengths.
    @Test func checksums() {
        #expect(
            SHA256.text(of: [])
                == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(
            SHA256.text(of: Array("abc".utf8))
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            SHA256.text(of: [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000))
                == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
        var parts = SHA256()
        for size in [0, 1, 55, 56, 63, 64, 65, 127, 200] {
            body[..<size].withUnsafeBytes { parts.add($0) }
        }
        let joined = [0, 1, 55, 56, 63, 64, 65, 127, 200].flatMap { body[..<$0] }
        #expect(parts.text() == SHA256.text(of: joined))
    }

    @Test func eachKnownSetIsComplete() throws {
        for set in RemoteSet.all {
            #expect(NamedSet(rawValue: set.name) != nil && set.mirrors.count > 1)
            for file in set.files {
                #expect(file.checksum.count == 64 && file.bytes > 4_000)
            }
        }
    }
}
