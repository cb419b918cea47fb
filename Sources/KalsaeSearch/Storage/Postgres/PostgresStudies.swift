import KalsaeFiles
import KalsaeSupport

/// The studies in a PostgreSQL database, for workers on any number of hosts.
///
/// ```swift
/// let studies = try PostgresStudies("postgresql://user@host/database")
/// let study = try Study("digits", in: studies, space: space)
/// ```
/// Needs libpq on the machine, not to build. The tables `kalsae_*` are made in the first schema of the
/// search path.
public final class PostgresStudies: StudyCatalog {
    private let connection: PostgresConnection

    /// The address without its password.
    public var name: String { connection.name }

    /// Connects and makes the tables where they are missing; throws where no server answers.
    ///
    /// - Parameter address: `postgresql://user:password@host:port/database?option=value`, as libpq reads
    ///   it; parts that are missing come from its environment (`PGHOST`, `PGPASSWORD`) and `~/.pgpass`.
    public init(_ address: String) throws(KalsaeError) {
        guard Self.isAddress(address) else {
            throw KalsaeError(
                PostgresConnection.redacted(address),
                expected: "an address as postgresql://user@host/database", got: "another one")
        }
        connection = try PostgresConnection(address)
        try PostgresSchema.open(connection)
    }

    /// Whether a text is the address of a database rather than a folder.
    public static func isAddress(_ text: String) -> Bool {
        text.hasPrefix("postgresql://") || text.hasPrefix("postgres://")
    }

    /// An address that can be shown: without its password.
    public static func redacted(_ address: String) -> String {
        PostgresConnection.redacted(address)
    }

    /// The names of all studies, in the order in which they were made.
    public func studyNames() throws(KalsaeError) -> [String] {
        try connection.run(Self.names, []).rows.compactMap { $0[0] }
    }

    /// What belongs to a study beside its space.
    public func studyConfiguration(_ name: String) throws(KalsaeError) -> JSONValue {
        guard let text = try connection.run(Self.configuration, [name]).rows.first?[0] else {
            throw missing(name, in: self.name, of: try studyNames())
        }
        return try JSONValue(parsing: text, subject: "study \(name)")
    }

    /// Writes what belongs to a study beside its space.
    public func setStudyConfiguration(
        _ name: String, to configuration: JSONValue
    ) throws(KalsaeError) {
        _ = try connection.run(Self.configure, [name, configuration.text])
    }

    /// The storage of a study in this database.
    public func storage(of study: StudyDescription) throws(KalsaeError) -> any StudyStorage {
        try PostgresStorage(study, connection)
    }

    private static let names = PostgresConnection.Statement(
        name: "kalsae_names", sql: "SELECT name FROM kalsae_studies ORDER BY id")
    private static let configuration = PostgresConnection.Statement(
        name: "kalsae_configuration",
        sql: "SELECT configuration FROM kalsae_studies WHERE name = $1")
    private static let configure = PostgresConnection.Statement(
        name: "kalsae_configure",
        sql: "UPDATE kalsae_studies SET configuration = $2::json WHERE name = $1")
}
