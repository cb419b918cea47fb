import Foundation
import Testing

/// Sizes of hidden layers alone, and files of layers that are wrong: the layer's number, the key, and what is known, in one line.
@Suite struct NetworkFileTests {
    private let folder: CommandRun.Folder

    init() throws { folder = try CommandRun.Folder() }

    /// Hidden layers alone get the inputs and outputs of the data, which is told.
    @Test(arguments: [
        (["16"], "4-16-3"), (["8-5"], "4-8-5-3"), (["4-5-3"], "4-5-3"),
        (["6", "--folds", "2"], "4-6-3"),
    ])
    func hiddenLayersAloneAreEnough(_ options: [String], _ whole: String) throws {
        defer { folder.remove() }
        try folder.write(
            "a,b,c,d,kind\n"
                + (0..<60).map { "\($0 % 7).5,\($0 % 5).1,\($0 % 4).2,\($0 % 9).3,k\($0 % 3)\n" }
                .joined(), to: "kinds.csv")
        let result = try CommandRun(
            ["train", "kinds.csv", "--target", "kind", "--epochs", "1", "--json", "--network"]
                + options, in: folder)
        #expect(try result.json["network"]?.string == whole, "\(result.errors)")
        let told = "--network \(options[0]): hidden layers; the network is \(whole)"
        #expect(result.errors.contains(told) == (options[0] != whole), "\(result.errors)")
    }

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
