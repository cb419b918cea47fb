import KalsaeData
import KalsaeSupport

extension ModelMetadata {
    /// The rows of a named set that a model did not learn.
    ///
    /// - Throws: a `KalsaeError` where it learned all of them, beside what loading the set throws.
    package func heldOutRows(of set: NamedSet, path: String) throws(KalsaeError) -> LabeledData {
        // The others have a part of their own to test on.
        let isSplit = set == .iris || set == .digits
        guard !learnedAll, !isSplit || heldOut?.test != 0 || data != set.rawValue else {
            throw KalsaeError(
                path, expected: "a model that did not learn all rows of \(set.rawValue)",
                got: "one that did", advice: "its training reported rows that were held out from it"
            )
        }
        let shares = data == set.rawValue ? heldOut ?? .standard : .standard
        return try set.load(fractions: shares, seed: UInt64(bitPattern: Int64(seed))).test
    }
}
