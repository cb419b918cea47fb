import GRDB
import Glibc
import KalsaeFiles
import KalsaeSupport

/// Whose model a file is: several runs may have written theirs to one path.
extension Store {
    /// What identifies the bytes of a file, as in `16740 bytes, 3f90c1a2`; empty where it cannot be
    /// read.
    public static func fingerprint(ofFile path: String) -> String {
        // A file named - is not standard input.
        let path = path.hasPrefix("/") ? path : "./\(path)"
        guard let file = try? FileBytes.descriptor(of: path) else { return "" }
        defer { close(file) }
        var (count, sum) = (0, UInt32(0))
        while true {
            guard let bytes = try? FileBytes.chunk(path, file: file, capacity: 1 << 20) else {
                return ""
            }
            guard !bytes.isEmpty else { break }
            bytes.withUnsafeBytes { sum = Checksum.crc32($0, after: sum) }
            count += bytes.count
        }
        let digits = String(sum, radix: 16)
        return "\(count) bytes, \(String(repeating: "0", count: 8 - digits.count))\(digits)"
    }

    /// What the file at the path of a run's model is where it is no longer the run's, as in
    /// `that of run churn-4`; nil where it is, where there is no file, or where nothing is known.
    public func foreignModel(of run: Run) throws(KalsaeError) -> String? {
        guard !run.modelPath.isEmpty else { return nil }
        let path = Self.whole(run.modelPath, run.workingFolder)
        let found = Self.fingerprint(ofFile: path)
        guard !found.isEmpty else { return nil }
        return try read { database -> String? in
            let own = try String.fetchAll(
                database,
                sql: """
                    SELECT fingerprint FROM artifacts \
                    WHERE run = ? AND kind = 'model' AND fingerprint != ''
                    """, arguments: [run.row])
            if own.contains(found) { return nil }
            let others = try GRDB.Row.fetchAll(
                database,
                sql: """
                    SELECT runs.name, runs.folder, artifacts.path FROM artifacts \
                    JOIN runs ON runs.id = artifacts.run \
                    WHERE artifacts.kind = 'model' AND artifacts.fingerprint = ? AND runs.id != ? \
                    ORDER BY artifacts.id DESC
                    """, arguments: [found, run.row])
            for other in others {
                let (name, folder, model): (String, String, String) =
                    (other["name"], other["folder"], other["path"])
                // Of a run without a fingerprint an equal file elsewhere tells nothing.
                guard own.isEmpty, !Self.isSame(Self.whole(model, folder), path) else {
                    return "that of run \(name)"
                }
            }
            // One that was taken up writes its model before its record ends, if it does.
            let isOpen = [.running, .interrupted].contains(run.state)
            return own.isEmpty || isOpen ? nil : "one that was written later"
        }
    }

    /// Throws where the file at the path of a run's model is no longer the run's.
    public func checkModel(of run: Run) throws(KalsaeError) {
        guard let got = try foreignModel(of: run) else { return }
        throw KalsaeError(
            run.modelPath, expected: "the model of run \(run.name)", got: got,
            advice: "train it anew: kalsae train --config-of \(run.name.shellWord) --output FILE")
    }

    private static func whole(_ path: String, _ folder: String) -> String {
        path.hasPrefix("/") ? path : "\(folder)/\(path)"
    }

    private static func isSame(_ left: String, _ right: String) -> Bool {
        var (a, b) = (stat(), stat())
        return stat(left, &a) == 0 && stat(right, &b) == 0 && a.st_dev == b.st_dev
            && a.st_ino == b.st_ino
    }
}
