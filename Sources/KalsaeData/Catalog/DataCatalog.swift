import KalsaeFiles
import KalsaeSupport

/// What there is to train on, for `kalsae data list`.
public enum DataCatalog {
    /// One data set.
    public struct Entry: Sendable, Equatable {
        /// The kind of data.
        public enum Kind: String, Sendable {
            /// Rows of columns.
            case table
            /// Pictures.
            case images
            /// Characters.
            case text
        }

        /// Where the set comes from.
        public enum Location: Sendable, Equatable {
            /// It is part of Kalsae.
            case builtIn
            /// It is in this folder or file.
            case found(String)
            /// It is not here.
            case missing
            /// The file cannot be read, for this reason.
            case unreadable(String)
        }

        /// What to call it: a set's name, or a file's.
        public let name: String
        /// The kind of data.
        public let kind: Kind
        /// Examples, all parts together, or characters of a text; nil when not known.
        public let rows: Int?
        /// Numbers an example; for a file, its columns but one, the target.
        public let features: Int?
        /// Classes; nil when the target is not known or is a number.
        public let classes: Int?
        /// Where it comes from.
        public let location: Location
    }

    /// The named sets and texts, then the tables in `tabular/` of the data folders.
    public static func entries() -> [Entry] {
        NamedSet.allCases.map(entry) + NamedText.allCases.map(entry)
            + DataFolders.tables.map(entry)
    }

    private static func entry(_ text: NamedText) -> Entry {
        Entry(
            name: text.rawValue, kind: .text, rows: 1_115_394, features: nil, classes: 65,
            location: text.foundFile().map { .found($0) } ?? .missing)
    }

    private static func entry(_ set: NamedSet) -> Entry {
        let classes = set.classNames.count
        switch set {
        case .iris:
            return Entry(
                name: set.rawValue, kind: .table, rows: 150, features: 4, classes: classes,
                location: .builtIn)
        case .digits:
            return Entry(
                name: set.rawValue, kind: .images, rows: DrawnDigits.setCount, features: 784,
                classes: classes, location: .builtIn)
        case .mnist, .fashionMNIST:
            let folder = set.foundFolder()
            return Entry(
                name: set.rawValue, kind: .images, rows: 70_000, features: 784, classes: classes,
                location: folder.map { .found($0) } ?? .missing)
        case .cifar10, .cifar100:
            let folder = set.foundFolder()
            return Entry(
                name: set.rawValue, kind: .images, rows: 60_000, features: 3072, classes: classes,
                location: folder.map { .found($0) } ?? .missing)
        }
    }

    private static func entry(_ path: String) -> Entry {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        do throws(KalsaeError) {
            let csv = try CSV(path: path)
            return Entry(
                name: name, kind: .table, rows: csv.rowCount, features: csv.columnCount - 1,
                classes: nil, location: .found(path))
        } catch {
            return Entry(
                name: name, kind: .table, rows: nil, features: nil, classes: nil,
                location: .unreadable(error.description))
        }
    }
}
