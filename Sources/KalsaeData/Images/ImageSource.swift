import Dispatch
import KalsaeFiles
import KalsaeSupport
import Synchronization

/// A file with an image, of which the header was read.
public struct ImageSource: Sendable, Equatable {
    /// Its path.
    public let path: String
    /// What it says of its image.
    public let header: ImageHeader
    /// Stands for its bytes: a hash of its name, its length, its beginning and its end, where PNG has
    /// the sum of its pixels.
    let checksum: UInt32
    /// The same without the name: equal for copies.
    let contentChecksum: UInt64

    /// Reads the header of a file.
    public init(path: String) throws(KalsaeError) {
        header = try ImageFile.header(path: path)
        self.path = path
        let ends = try FileBytes.ends(of: path, count: 4096)
        var sum = ends.bytes.withUnsafeBytes { Checksum.fnv1a($0) }
        withUnsafeBytes(of: ends.length) { sum = Checksum.fnv1a($0, after: sum) }
        contentChecksum = sum
        let name = path.split(separator: "/").suffix(2).joined(separator: "/")
        Array(name.utf8).withUnsafeBytes { sum = Checksum.fnv1a($0, after: sum) }
        checksum = UInt32(truncatingIfNeeded: sum ^ sum >> 32)
    }

    /// Reads the headers of files, by several threads, in their order.
    ///
    /// - Throws: a `KalsaeError` that tells how many are damaged, and why the first is.
    public static func read(_ paths: [String]) throws(KalsaeError) -> [ImageSource] {
        let size = 64
        let chunks = (paths.count + size - 1) / size
        let results = Mutex([[Result<ImageSource, KalsaeError>]](repeating: [], count: chunks))
        DispatchQueue.concurrentPerform(iterations: chunks) { chunk in
            let part = paths[(chunk * size)..<min((chunk + 1) * size, paths.count)]
            let own = part.map { path -> Result<ImageSource, KalsaeError> in
                do throws(KalsaeError) {
                    return .success(try ImageSource(path: path))
                } catch {
                    return .failure(error)
                }
            }
            results.withLock { $0[chunk] = own }
        }
        var sources: [ImageSource] = []
        var (damaged, first) = (0, KalsaeError?.none)
        for result in results.withLock({ $0 }).joined() {
            switch result {
            case .success(let source): sources.append(source)
            case .failure(let error): (damaged, first) = (damaged + 1, first ?? error)
            }
        }
        guard let first else { return sources }
        let others =
            damaged > 1
            ? "; so \(damaged > 2 ? "are" : "is") \(damaged - 1) of the \(paths.count - 1) others"
            : ""
        throw KalsaeError(
            first.subject, expected: first.expected, got: first.got + others,
            advice: first.advice.isEmpty ? "remove it, or fetch it again" : first.advice)
    }
}
