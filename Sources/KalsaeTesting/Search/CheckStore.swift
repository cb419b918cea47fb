import KalsaeSearch
import KalsaeSupport
import Testing

/// Records an issue for each rule of `StudyStorage` that a store breaks.
///
/// - A new study has no space; later workers get the one it has, and are refused other directions.
/// - Trials are added under the next number, once; who has a trial writes it, nobody else.
/// - What one worker writes another sees, every number and text of it, and nothing is missed.
/// - Waiting and lapsed trials are claimed once; renewed leases hold, lost ones stay lost.
/// - The space changes from version to version.
/// - Of many workers at once each trial is one's, and all know the same in the end; tried where nothing
///   else is broken.
///
/// - Parameter open: opens a study as another worker does: two calls with the same description share
///   the study, two with different names share nothing.
public func checkStore(
    sourceLocation: SourceLocation = #_sourceLocation,
    _ open: @escaping @Sendable (StudyDescription) throws -> any StudyStorage
) {
    for mismatch in storeMismatches(open) { record(mismatch, sourceLocation) }
}

/// What `checkStore` finds, one line for each broken rule.
public func storeMismatches(
    _ open: @escaping @Sendable (StudyDescription) throws -> any StudyStorage
) -> [String] {
    let rules: [(String, (StoreProbe) throws -> String?)] = [
        ("opening", { try $0.opening() }), ("numbers", { try $0.numbers() }),
        ("owners", { try $0.owners() }), ("contents", { try $0.contents() }),
        ("claims", { try $0.claims() }), ("leases", { try $0.leases() }),
        ("spaces", { try $0.spaces() }),
    ]
    let probe = StoreProbe(open: open)
    func mismatch(_ name: String, _ rule: (StoreProbe) throws -> String?) -> String? {
        do {
            return try rule(probe).map { "\(name): \($0)" }
        } catch {
            return "\(name): threw \(error)"
        }
    }
    let broken = rules.compactMap { mismatch($0.0, $0.1) }
    // Workers of a store that breaks one of these may wait for each other for ever.
    return broken.isEmpty ? [mismatch("crowd") { try $0.crowd() }].compactMap { $0 } : broken
}
