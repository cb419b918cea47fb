import KalsaeFiles
import KalsaeRuns
import KalsaeSupport

/// Where studies are kept under their names: a folder of runs, or a PostgreSQL database.
public protocol StudyCatalog: Sendable {
    /// The names of all studies, in the order in which they were made.
    func studyNames() throws(KalsaeError) -> [String]

    /// What belongs to a study beside its space, as whoever made it wrote it; null where nobody did.
    /// Throws for a study that is not there.
    func studyConfiguration(_ name: String) throws(KalsaeError) -> JSONValue

    /// Writes what belongs to a study beside its space.
    func setStudyConfiguration(_ name: String, to configuration: JSONValue) throws(KalsaeError)

    /// The storage of a study, which is made where there is none of its name.
    func storage(of study: StudyDescription) throws(KalsaeError) -> any StudyStorage
}

extension StudyCatalog {
    /// The name that is wanted, or the first with a number behind it that no study has.
    public func freeStudyName(_ wanted: String) throws(KalsaeError) -> String {
        let taken = Set(try studyNames())
        if !taken.contains(wanted) { return wanted }
        var number = 2
        while taken.contains("\(wanted)-\(number)") { number += 1 }
        return "\(wanted)-\(number)"
    }

    /// The error for a study that is not there.
    package func missing(_ name: String, in store: String, of names: [String]) -> KalsaeError {
        KalsaeError(
            store, expected: "a study", got: "\"\(name)\"",
            advice: SpellingSuggestion.of(name, in: names).map { "did you mean \($0)?" }
                ?? "see `kalsae search list`")
    }
}

extension Store: StudyCatalog {
    /// The storage of a study in this store.
    public func storage(of study: StudyDescription) throws(KalsaeError) -> any StudyStorage {
        try StoreStorage(study, in: self)
    }
}
