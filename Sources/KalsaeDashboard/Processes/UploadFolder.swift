import Foundation
import KalsaeSupport

/// The files that the page was given to train with: a folder of the store, one folder a file.
final class UploadFolder: Sendable {
    private static let endings = ["csv", "tsv", "txt", "npz", "gz", "zip"]

    private let folder: String
    private let limit: Int

    /// - Parameter limit: bytes of one upload; all together may have four times as many.
    init(runs: String, limit: Int) { (folder, self.limit) = ("\(runs)/uploads", limit) }

    /// A path for a new file, in a folder that is made.
    func freshPath(for request: DashboardRequest) throws -> String {
        let name = try Self.checked(request.target.query["name"] ?? "")
        guard size < limit * 4 else {
            throw HTTPFault(507, "uploads: expected space, got none; remove old ones of \(folder)")
        }
        let digits = (0..<16).map { _ in String(Int.random(in: 0..<16), radix: 16) }.joined()
        let own = "\(folder)/\(digits)"
        do {
            try FileManager.default.createDirectory(
                atPath: own, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw HTTPFault(507, "uploads: \(folder) cannot be written")
        }
        return "\(own)/\(name)"
    }

    /// What the page calls a file by.
    func name(of path: String) -> String {
        String(path.dropFirst(folder.count + 1).prefix { $0 != "/" })
    }

    /// A text in which uploads of a store's folder have the names that they were given.
    static func named(_ text: String, in runs: String) -> String {
        let parts = text.components(separatedBy: "\(runs)/uploads/")
        return parts[0]
            + parts.dropFirst().map { part in
                let digits = part.prefix { $0.isHexDigit }
                guard digits.count == 16, part.dropFirst(16).first == "/" else { return part }
                return String(part.dropFirst(17))
            }.joined()
    }

    /// The file of a name that `name(of:)` gave.
    func path(of name: String) throws -> String {
        guard name.utf8.count == 16, name.allSatisfy({ $0.isHexDigit && $0.isASCII }),
            let files = try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(name)"),
            files.count == 1
        else { throw HTTPFault(404, "upload: expected one of this server, got another one") }
        return "\(folder)/\(name)/\(files[0])"
    }

    /// Removes a file with its folder.
    func remove(_ path: String) {
        let own = "\(folder)/\(name(of: path))"
        guard name(of: path).utf8.count == 16 else { return }
        try? FileManager.default.removeItem(atPath: own)
    }

    private var size: Int {
        let files = FileManager.default.enumerator(atPath: folder)
        var size = 0
        while let _ = files?.nextObject() {
            size += (files?.fileAttributes?[.size] as? Int) ?? 0
        }
        return size
    }

    /// A name that is no path and hides nothing.
    private static func checked(_ name: String) throws -> String {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...120).contains(name.utf8.count), parts.count > 1, !name.hasPrefix("."),
            !name.hasPrefix("-"), endings.contains(parts.last?.lowercased() ?? ""),
            name.unicodeScalars.allSatisfy({
                $0.properties.isAlphabetic || $0.properties.numericType != nil
                    || " ._-()".unicodeScalars.contains($0)
            })
        else {
            throw HTTPFault(
                400,
                "name: expected that of a file (\(endings.joined(separator: ", "))), got "
                    + name.prefix(80).debugDescription)
        }
        return name
    }
}
