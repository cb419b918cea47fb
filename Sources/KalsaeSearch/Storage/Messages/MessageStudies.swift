import Glibc
import KalsaeDistributed
import KalsaeFiles
import KalsaeSupport

/// The studies of rank 0, for workers of the other ranks of its group: no file system is shared.
///
/// ```swift
/// let studies = MessageStudies(group)
/// try Study("digits", in: studies).optimize(trials: 100, objective)
/// try studies.leave()
/// ```
/// Rank 0 answers by a ``MessageServer``. Any number of threads may ask at once.
public final class MessageStudies: StudyCatalog {
    private let connection: MessageConnection

    /// The studies of rank 0 of a group.
    public init(_ group: any ProcessGroup) { connection = MessageConnection(group) }

    /// The names of all studies, in the order in which they were made.
    public func studyNames() throws(KalsaeError) -> [String] {
        var reader = try connection.answer(
            to: MessageWriter(.names), doing: "the names of studies")
        return try reader.array { reader throws(KalsaeError) in try reader.text() }
    }

    /// What belongs to a study beside its space.
    public func studyConfiguration(_ name: String) throws(KalsaeError) -> JSONValue {
        var request = MessageWriter(.configuration)
        request.put(name)
        var reader = try connection.answer(to: request, doing: "the plan of study \(name)")
        return try JSONValue(parsing: try reader.text(), subject: "study \(name)")
    }

    /// Writes what belongs to a study beside its space.
    public func setStudyConfiguration(
        _ name: String, to configuration: JSONValue
    ) throws(KalsaeError) {
        var request = MessageWriter(.configure)
        request.put(name)
        request.put(configuration.text)
        _ = try connection.answer(to: request, doing: "the plan of study \(name)")
    }

    /// The storage of a study of rank 0.
    public func storage(of study: StudyDescription) throws(KalsaeError) -> any StudyStorage {
        var request = MessageWriter(.storage)
        request.put(study)
        var reader = try connection.answer(to: request, doing: "study \(study.name)")
        return MessageStorage(study.name, try reader.integer(), connection)
    }

    /// Whether this rank may end: once all ranks have asked, and rank 0 is done too.
    public func mayLeave() throws(KalsaeError) -> Bool {
        var reader = try connection.answer(
            to: MessageWriter(.leave), doing: "the end of the study")
        return try reader.flag()
    }

    /// Waits until this rank may end; each rank above 0 calls it once, at its end.
    public func leave() throws(KalsaeError) {
        while !(try mayLeave()) { usleep(20_000) }
    }
}
