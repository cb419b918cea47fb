import FoundationEssentials
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport

extension [LayerSpec] {
    /// The layers with one setting changed.
    ///
    /// - Parameters:
    ///   - path: names of layers as the model has them, then the setting: `["dropout1", "rate"]`,
    ///     `["residual1", "dropout1", "rate"]`.
    ///   - value: what it becomes.
    /// - Throws: a `KalsaeError` where there is no such layer or setting, or the value is none for it.
    func replacing(_ path: ArraySlice<String>, with value: SettingValue) throws -> [LayerSpec] {
        guard path.count > 1, let name = path.first, let index = names.firstIndex(of: name) else {
            throw KalsaeError(
                "setting",
                expected: "learningRate, optimizer.NAME, or a layer's "
                    + "(\(names.joined(separator: ", "))) with its setting, as in "
                    + "\(names.first ?? "dense1").NAME",
                got: "\"\(path.joined(separator: "."))\"")
        }
        let text = try JSONEncoder().encode(self[index])
        guard case .settings(var settings) = try JSONDecoder().decode(SettingValue.self, from: text)
        else { return self }
        let key = path[path.startIndex + 1]
        if path.count == 2 {
            guard key != "layer", settings[key] != nil else {
                let known = settings.keys.filter { $0 != "layer" }.sorted()
                throw KalsaeError(
                    "setting", expected: "a setting of \(name): \(known.joined(separator: ", "))",
                    got: "\"\(key)\"")
            }
            settings[key] = value
        } else {
            guard let (inner, layers) = try Self.branch(of: settings, with: key) else {
                throw KalsaeError(
                    "setting", expected: "a layer inside of \(name)", got: "\"\(key)\"")
            }
            let changed = try layers.replacing(path.dropFirst(), with: value)
            settings[inner] = try JSONDecoder().decode(
                SettingValue.self, from: try JSONEncoder().encode(changed))
        }
        var layers = self
        layers[index] = try SpecText.decode(
            LayerSpec.self, [UInt8](try JSONEncoder().encode(SettingValue.settings(settings))),
            subject: "setting \(name).\(key)", expected: "another value", advice: "")
        return layers
    }

    /// The names that the layers have in a model.
    private var names: [String] {
        var counts: [String: Int] = [:]
        return map { spec in
            counts[spec.name, default: 0] += 1
            return "\(spec.name)\(counts[spec.name, default: 0])"
        }
    }

    /// The list of layers inside of a container that has one of a name, with its key.
    private static func branch(
        of settings: [String: SettingValue], with name: String
    ) throws -> (key: String, layers: [LayerSpec])? {
        for key in settings.keys.sorted() {
            guard case .list? = settings[key] else { continue }
            let text = try JSONEncoder().encode(settings[key])
            guard let layers = try? JSONDecoder().decode([LayerSpec].self, from: text),
                layers.names.contains(name)
            else { continue }
            return (key, layers)
        }
        return nil
    }
}
