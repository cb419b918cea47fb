/// Arguments behind a verb taken apart once: options with their values, flags, and what stands without
/// a name.
struct ArgumentList {
    /// One option, flag or plain word.
    struct Item {
        /// The option as the catalog has it; nil for a plain word and for an option that it lacks.
        var entry: OptionCatalog.Entry?
        /// The value; nil for a flag, and where none follows.
        var value: String?
        /// The arguments that it was written as.
        var words: [String]

        /// Whether it stands without an option.
        var isPositional: Bool { entry?.name == OptionCatalog.data }
    }

    private(set) var items: [Item] = []

    /// Takes arguments apart; the options of a catalog tell what takes a value.
    init(_ arguments: [String], _ catalog: OptionCatalog) {
        let data = catalog.entries.first { $0.name == OptionCatalog.data }
        var index = 0
        while index < arguments.count {
            let word = arguments[index]
            index += 1
            guard word.hasPrefix("--"), word.count > 2 else {
                let isPlain = !word.hasPrefix("-") || word == "-"
                items.append(
                    Item(entry: isPlain ? data : nil, value: isPlain ? word : nil, words: [word]))
                continue
            }
            let parts = word.dropFirst(2).split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            let entry = catalog.entries.first { $0.name == name }
            var item = Item(entry: entry, words: [word])
            if parts.count > 1 {
                item.value = String(parts[1])
            } else if let entry, !entry.isFlag, index < arguments.count {
                item.value = arguments[index]
                item.words.append(arguments[index])
                index += 1
            }
            items.append(item)
        }
    }

    /// What stands without an option, in order.
    var positionals: [String] { items.filter(\.isPositional).compactMap(\.value) }

    /// The values of an option, in order.
    func values(_ name: String) -> [String] {
        items.filter { $0.entry?.name == name }.compactMap(\.value)
    }

    /// The arguments of the items that a rule keeps.
    func words(where isKept: (Item) -> Bool) -> [String] {
        items.filter(isKept).flatMap(\.words)
    }
}
