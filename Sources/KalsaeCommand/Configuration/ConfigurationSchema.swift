import KalsaeFiles
import KalsaeLayers
import KalsaeTraining

/// The JSON schema of configuration files, made of the options that the parser knows: editors complete
/// keys by it, and mark wrong ones.
struct ConfigurationSchema {
    private let catalog: OptionCatalog

    init(_ catalog: OptionCatalog) { self.catalog = catalog }

    /// The schema, draft 2020-12.
    var json: JSONValue {
        var top = keys
        top.insert(
            JSONValue.Member(
                "training",
                ["$ref": "#/$defs/options", "description": "A section for options."]), at: 0)
        top.append(JSONValue.Member("search", SearchSection.schema))
        return [
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "kalsae train",
            "description": "Options of `kalsae train` by name.",
            "type": "object", "properties": .object(top), "patternProperties": spellings,
            "additionalProperties": false,
            "$defs": [
                "options": [
                    "type": ["object", "null"], "properties": .object(keys),
                    "patternProperties": spellings, "additionalProperties": false,
                ],
                "data": [
                    "type": "object",
                    "properties": .object(
                        keys + [JSONValue.Member("file", ["type": "string"])]),
                    "patternProperties": spellings, "additionalProperties": false,
                ],
                "layers": .object(layers.members ?? []),
                "optimizer": .object(optimizer.members ?? []),
                "schedule": .object(schedule.members ?? []),
                "interventions": .object(interventions.members ?? []),
            ],
        ]
    }

    /// A key for each option.
    private var keys: [JSONValue.Member] {
        catalog.keys.map { JSONValue.Member($0.name, value($0)) } + [
            JSONValue.Member(
                "columns",
                [
                    "type": "object", "description": "What columns are, by name: --column.",
                    "additionalProperties": [
                        "enum": ["number", "category", "date", "text", "drop"]
                    ],
                ])
        ]
    }

    /// `learning-rate` may be written as `learning_rate` and `learningRate` too.
    private var spellings: JSONValue {
        .object(
            catalog.keys.filter { $0.name.contains("-") }.map { entry in
                let words = entry.name.split(separator: "-")
                let rest = words.dropFirst().map { word in
                    "[-_]?[\(word.prefix(1))\(word.prefix(1).uppercased())]\(word.dropFirst())"
                }
                return JSONValue.Member("^\(words[0])\(rest.joined())$", value(entry))
            })
    }

    private func value(_ entry: OptionCatalog.Entry) -> JSONValue {
        let help = JSONValue.string(entry.help)
        func choice(_ list: [JSONValue]) -> JSONValue {
            ["anyOf": .array(list), "description": help]
        }
        let null: JSONValue = ["type": "null"]
        let text: JSONValue = ["type": ["string", "number", "boolean"]]
        switch entry.name {
        case OptionCatalog.data:
            return choice([["type": "string"], ["$ref": "#/$defs/data"]])
        case "network": return choice([["type": "string"], ["$ref": "#/$defs/layers"], null])
        case "optimizer": return choice([["$ref": "#/$defs/optimizer"], null])
        case "schedule": return choice([["$ref": "#/$defs/schedule"], null])
        case "interventions": return choice([["$ref": "#/$defs/interventions"], null])
        default: break
        }
        if entry.isFlag { return ["type": ["boolean", "null"], "description": help] }
        if entry.isRepeating {
            return choice([text, ["type": "array", "items": text], null])
        }
        if !entry.values.isEmpty {
            return [
                "enum": .array(entry.values.map { .string($0) } + [.null]), "description": help,
            ]
        }
        switch catalog.kind(of: entry) {
        case .text: return choice([text, null])
        case .number: return ["type": ["number", "null"], "description": help]
        case .integer: return ["type": ["integer", "null"], "description": help]
        }
    }

    private var layers: JSONValue {
        [
            "type": "array",
            "items": [
                "type": "object", "required": ["layer"],
                "properties": [
                    "layer": ["enum": .array(LayerSpec.kinds.map { .string($0) })],
                    "layers": ["$ref": "#/$defs/layers"],
                ],
            ],
        ]
    }

    private var optimizer: JSONValue {
        let names = Recipe.OptimizerName.allCases.map { JSONValue.string($0.rawValue) }
        return [
            "anyOf": [
                ["enum": .array(names)],
                [
                    "type": "object", "required": ["optimizer"],
                    "properties": ["optimizer": ["enum": .array(names)]],
                ],
            ]
        ]
    }

    private var schedule: JSONValue {
        let names = Recipe.ScheduleName.allCases.map { JSONValue.string($0.rawValue) }
        return [
            "anyOf": [
                ["enum": .array(names)],
                [
                    "type": "object", "required": ["schedule"],
                    "properties": ["schedule": ["type": "string"]],
                ],
            ]
        ]
    }

    private var interventions: JSONValue {
        [
            "type": "array",
            "items": [
                "type": "object", "required": ["step"],
                "properties": [
                    "step": ["type": "integer", "minimum": 0], "set": ["type": "string"],
                    "reason": ["type": "string"], "to": .object([]), "skip": ["type": "object"],
                    "schedule": .object([]),
                ],
                "additionalProperties": false,
            ],
        ]
    }
}
