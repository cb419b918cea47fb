import KalsaeSupport

// Old names of public types, kept for one release so that the compiler tells the new ones.

/// The old name of ``DataFolders``.
@available(*, unavailable, renamed: "DataFolders")
public typealias DataPlaces = DataFolders
/// The old name of `SpellingSuggestion`.
@available(*, unavailable, renamed: "SpellingSuggestion")
public typealias NearMiss = SpellingSuggestion
