import FoundationEssentials
import KalsaeGraph
import KalsaeLayers
import KalsaeSupport
import Testing

/// Specifications of layers in JSON.
@Suite struct SpecFileTests {
    private func read(_ text: String) throws -> [LayerSpec] {
        try JSONDecoder().decode([LayerSpec].self, from: Data(text.utf8))
    }

    private func message(_ text: String) -> String {
        do {
            return "no error: \(try read(text))"
        } catch {
            return "\(error)"
        }
    }

    @Test(arguments: [
        (
            #"[{"layer": "flatten"}, {"layer": "dense", "unit": 2}]"#,
            #"network: expected a setting of dense (layer 2): units, activation, bias, got "unit"; did you mean "units"?"#
        ),
        (
            #"[{"layer": "conv2D", "filters": 3, "useBias": false}]"#,
            #"conv2D (layer 1): filters, kernel, strides, padding, dilations, groups"#
        ),
        (
            #"[{"layer": "flatten"}, {"layer": "residual", "layers": [{"layer": "lstm", "size": 3}]}]"#,
            #"a setting of lstm (layer 2.1): units, returnsSequences, got "size""#
        ),
        (
            #"[{"layer": "flatten", "units": 3}]"#,
            #"network: expected no settings of flatten (layer 1), got "units""#
        ),
        (
            #"[{"layer": "dense", "activation": "relu"}]"#,
            #"network: expected "units" of dense (layer 1), got no such key"#
        ),
        (
            #"[{"layer": "conv2D", "filters": 3, "dilation": 2}]"#,
            #"got "dilation"; did you mean "dilations"?"#
        ),
        (#"[{"layer": "bidirectional"}]"#, #"expected "of" of bidirectional (layer 1)"#),
        (#"[{"layer": "dense", "units": null}]"#, #"expected "units" of dense"#),
        (
            #"[{"layer": "flatten"}, {"layer": "conv3D"}]"#,
            #"got conv3D (layer 2); did you mean "conv2D"?"#
        ),
    ])
    func aMistakeNamesLayerAndKey(_ text: String, _ expected: String) {
        let message = message(text)
        #expect(message.contains(expected), "\(message)")
    }

    @Test func nullIsTheDefault() throws {
        let specs = try read(
            #"[{"layer": "maxPool2D", "window": null, "strides": null}, {"layer": "dropout", "rate": 0.5, "classic": null}]"#
        )
        #expect(specs == [.maxPool2D(), .dropout(rate: 0.5)])
    }

    @Test func booleansHaveShortKeys() throws {
        let specs: [LayerSpec] = [
            .dense(units: 2, useBias: false), .prelu(isShared: true), .instanceNorm(isAffine: true),
            .transformerBlock(heads: 2, isCausal: true), .dropout(rate: 0.5, isClassic: true),
            .batchNorm(.keras), .lstm(units: 2, returnsSequences: true),
        ]
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let text = String(decoding: try encoder.encode(specs), as: UTF8.self)
        for part in [
            #""bias":false"#, #""shared":true"#, #""affine":true"#, #""causal":true"#,
            #""classic":true"#, #""unbiased":false"#, #""returnsSequences":true"#,
        ] {
            #expect(text.contains(part), "\(text)")
        }
        #expect(try read(text) == specs)
    }

    @Test func kindAndSettingsAreThere() throws {
        let spec = LayerSpec.embedding(vocabulary: 5, size: 3)
        #expect(spec.kind == "embedding")
        #expect((spec.settings as? Embedding.Settings)?.vocabulary == 5)
        #expect(spec == .embedding(vocabulary: 5, size: 3))
        #expect(spec != .embedding(vocabulary: 5, size: 4))
        #expect(spec != .flatten)
        #expect(Set([spec, .embedding(vocabulary: 5, size: 3), .flatten]).count == 2)
    }
}
