/// Changes by name, for files and commands: `flipHorizontal`, `shift(vertical: 0.2)`.
///
/// A setting that a text leaves out has the default of the list ``all``.
extension Augmentation: NamedFunction {
    /// Every change, with default settings.
    public static let all: [Augmentation] = [
        .flipHorizontal(), .flipVertical(), .crop(padding: 2), .rotate(degrees: 10),
        .shift(vertical: 0.1, horizontal: 0.1), .zoom(amount: 0.1), .brightness(amount: 0.1),
        .contrast(amount: 0.2), .erase(), .noise(deviation: 0.1),
    ]

    /// Name and settings.
    public var settings: FunctionSettings {
        get {
            let initial = Self.all.first { $0.entry.name == entry.name } ?? self
            var settings = FunctionSettings(entry.name, initial.entry.numbers)
            for (key, numbers) in entry.numbers { settings[all: key] = numbers }
            return settings
        }
        set {
            switch self {
            case .flipHorizontal: self = .flipHorizontal(probability: newValue["probability"])
            case .flipVertical: self = .flipVertical(probability: newValue["probability"])
            case .crop: self = .crop(padding: newValue[integer: "padding"])
            case .rotate: self = .rotate(degrees: newValue["degrees"])
            case .shift:
                self = .shift(
                    vertical: newValue["vertical"], horizontal: newValue["horizontal"])
            case .zoom: self = .zoom(amount: newValue["amount"])
            case .brightness: self = .brightness(amount: newValue["amount"])
            case .contrast: self = .contrast(amount: newValue["amount"])
            case .erase:
                self = .erase(
                    probability: newValue["probability"], share: newValue["share"],
                    value: newValue["value"])
            case .noise: self = .noise(deviation: newValue["deviation"])
            }
        }
    }

    /// The name and the numbers of a change, the one list of both.
    private var entry: (name: String, numbers: KeyValuePairs<String, [Double]>) {
        switch self {
        case .flipHorizontal(let probability): ("flipHorizontal", ["probability": [probability]])
        case .flipVertical(let probability): ("flipVertical", ["probability": [probability]])
        case .crop(let padding): ("crop", ["padding": [Double(padding)]])
        case .rotate(let degrees): ("rotate", ["degrees": [degrees]])
        case .shift(let vertical, let horizontal):
            ("shift", ["vertical": [vertical], "horizontal": [horizontal]])
        case .zoom(let amount): ("zoom", ["amount": [amount]])
        case .brightness(let amount): ("brightness", ["amount": [amount]])
        case .contrast(let amount): ("contrast", ["amount": [amount]])
        case .erase(let probability, let share, let value):
            ("erase", ["probability": [probability], "share": [share], "value": [value]])
        case .noise(let deviation): ("noise", ["deviation": [deviation]])
        }
    }

    /// All numbers, for checks.
    var numbers: [Double] { entry.numbers.flatMap(\.value) }
}
