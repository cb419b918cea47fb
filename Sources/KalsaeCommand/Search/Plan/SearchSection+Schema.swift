import KalsaeFiles
import KalsaeSearch

extension SearchSection {
    /// The JSON schema of the section.
    static var schema: JSONValue {
        let names = JSONValue.array(SearchObjective.names.map { .string($0) })
        let text: JSONValue = ["type": "string"]
        let value: JSONValue = ["type": ["string", "number", "boolean"]]
        let range: JSONValue = [
            "type": "object",
            "properties": [
                "from": ["type": ["number", "string"]], "to": ["type": ["number", "string"]],
                "scale": ["enum": ["linear", "log", "log1m", "logOneMinus"]],
                "step": ["type": "number"], "choices": ["type": "array", "items": value],
                "when": ["type": "object"],
            ],
            "additionalProperties": false,
        ]
        return [
            "type": ["object", "null"], "description": "What `kalsae search` searches.",
            "properties": [
                "objective": [
                    "anyOf": [["enum": names], ["type": "array", "items": ["enum": names]]]
                ],
                "sampler": ["enum": .array(SamplerCatalog.allCases.map { .string($0.rawValue) })],
                "pruner": ["enum": .array(PrunerCatalog.allCases.map { .string($0.rawValue) })],
                "stack": ["type": ["string", "integer"]],
                "trials": ["type": "integer", "minimum": 1], "goal": ["type": "number"],
                "constraints": ["anyOf": [text, ["type": "array", "items": text]]],
                "space": [
                    "type": "object",
                    "additionalProperties": [
                        "anyOf": [value, ["type": "array", "items": value], range]
                    ],
                ],
            ],
            "additionalProperties": false,
        ]
    }
}
