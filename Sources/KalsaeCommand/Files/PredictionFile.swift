import KalsaeFiles
import KalsaeSupport

/// Where predictions go: a file that holds predictions already may be replaced, others not.
enum PredictionFile {
    /// Throws where the file must not be replaced.
    static func check(
        _ path: String, reads files: ReadFiles, overwrite: Bool
    ) throws(KalsaeError) {
        try AtomicFile.checkWritable(path)
        try files.check(path)
        guard !overwrite, FileIdentity.isRegular(path) else { return }
        let bytes = FileIdentity.beginning(of: path, count: 1 << 16)
        guard !bytes.isEmpty else { return }
        let line = bytes.prefix { $0 != 10 && $0 != 13 }
        let names = String(decoding: line, as: UTF8.self).split(separator: ",")
        let isJSON = names.first?.hasPrefix("{\"predictions\"") ?? false
        guard isJSON || names.contains("prediction") else {
            throw KalsaeError(
                "--output", expected: "a new file, or one of predictions", got: path,
                advice: "choose another, or --overwrite to replace it")
        }
    }
}
