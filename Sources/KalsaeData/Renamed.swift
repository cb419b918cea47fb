import KalsaeSupport

// Old names of public types, kept for one release so that the compiler tells the new ones.

/// The old name of ``DataFolders``.
@available(*, unavailable, renamed: "DataFolders")
public typealias DataPlaces = DataFolders
/// The old name of `SpellingSuggestion`.
@available(*, unavailable, renamed: "SpellingSuggestion")
public typealias NearMiss = SpellingSuggestion

extension DataCatalog.Entry {
    /// The old name of ``Location``.
    @available(*, unavailable, renamed: "Location")
    public typealias Place = Location

    /// The old name of ``location``.
    @available(*, unavailable, renamed: "location")
    public var place: Location { location }
}
