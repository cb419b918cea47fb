import Foundation
import Testing

/// Files of layers that are wrong: the layer's number, the key, and what is known, in one line.
@Suite struct NetworkFileTests {
    private let folder: CommandRun.Folder

    init() throws { folder = try CommandRun.Folder() }

    static let keys = [
        (#"[{"units": 3}]"#, "layer 1: no key \"layer\""), (#"[{"layer": "dense"}]"#, "units"),
        (#"[{"layer": "dense", "unit": 3}]"#, "units"),
        (#"[{"layer": "flatten"}, {"layer": "dense"}]"#, "dense (layer 2)"),
        (#"[{"layer": "dense", "units": "ten"}]"#, "layer 1: \"units\": not a whole number"),
        (#"[{"layer": "dense", "units": null}]"#, "layer 1"),
        (#"[3]"#, "layer 1: not an object in braces"),
        (#"{"layer": "dense", "units": 3}"#, "a JSON list of layers"),
        ("[]", "at least one layer"),
    ]

    @Test(arguments: keys) func aKeyOfANetworkIsToldInOneLine(_ text: String, _ says: String) throws
    {
        defer { folder.remove() }
        try folder.write(text, to: "net.json")
        let result = try CommandRun(["train", "iris", "--network", "net.json"], in: folder)
        #expect(result.status == 1 && result.errors.contains(says), "\(result.errors)")
        #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
        #expect(!result.errors.contains("Key(stringValue") && !result.errors.contains("decode"))
    }
}
