import ArgumentParser
import KalsaeFiles
import KalsaeSupport

/// The option that an unknown one probably means: other programs' names of the same first, then the
/// nearest by its letters.
enum OptionHint {
    /// The usual names elsewhere, with ours; of several the first that the command has.
    private static let usual: [String: [String]] = [
        "lr": ["learning-rate"], "rate": ["learning-rate"], "batch-size": ["batch"],
        "bs": ["batch"], "minibatch": ["batch"], "max-epochs": ["epochs"],
        "num-epochs": ["epochs"], "n-epochs": ["epochs"], "max-steps": ["steps"],
        "num-steps": ["steps"], "n-trials": ["trials", "search"],
        "num-trials": ["trials", "search"], "max-trials": ["trials", "search"],
        "wd": ["weight-decay"], "decay": ["weight-decay"], "l2": ["weight-decay"],
        "gpu": ["device"], "cuda": ["device"], "backend": ["device"], "dtype": ["precision"],
        "model": ["network"], "arch": ["network"], "architecture": ["network"],
        "layers": ["network"], "hidden": ["network"], "hidden-layers": ["network"],
        "random-state": ["seed"], "random-seed": ["seed"], "out": ["output"],
        "output-file": ["output"], "out-file": ["output"], "save": ["output"],
        "label": ["target"], "labels": ["target"], "target-column": ["target"], "y": ["target"],
        "early-stopping": ["patience"], "metric": ["monitor"], "scheduler": ["schedule"],
        "lr-scheduler": ["schedule"], "lr-schedule": ["schedule"], "clip": ["clip-norm"],
        "grad-clip": ["clip-norm"], "gradient-clip": ["clip-norm"], "max-grad-norm": ["clip-norm"],
        "force": ["overwrite"], "jobs": ["threads"], "n-jobs": ["threads", "workers"],
        "num-workers": ["workers", "threads"], "num-threads": ["threads"],
        "class-weights": ["class-weight"], "cv": ["folds"], "k-folds": ["folds"],
        "val-split": ["split"], "validation-split": ["split"], "test-size": ["split"],
        "val": ["validation"], "optim": ["optimizer"], "opt": ["optimizer"],
        "delimiter": ["separator"], "sep": ["separator"],
    ]

    /// The name of a known option for an unknown one, both without hyphens before; nil where none is
    /// near.
    static func name(for word: String, in known: [String]) -> String? {
        let word = word.lowercased().replacing("_", with: "-")
        if known.contains(word) { return word }
        if let ours = usual[word] { return ours.first { known.contains($0) } }
        return SpellingSuggestion.of(word, in: known)
    }

    /// What the parser says of an unknown option, with the option that was probably meant.
    static func corrected(_ text: String) -> String {
        let pattern = /Unknown option '--([^'=]+)'(\. Did you mean '[^']*'\?)?/
        guard let match = text.firstMatch(of: pattern) else { return text }
        let known = names(Arguments.given)
        guard !known.isEmpty else { return text }
        let word = String(match.1)
        var advice = ""
        if let meant = name(for: word, in: known) {
            advice = ". Did you mean '--\(meant)'?"
        }
        return text.replacingOccurrence(match.range, "Unknown option '--\(word)'\(advice)")
    }

    /// The options of the command that the first words name.
    private static func names(_ arguments: [String]) -> [String] {
        var command: any ParsableCommand.Type = KalsaeTool.self
        var path: [String] = []
        for word in arguments {
            let next = command.configuration.subcommands.first { $0._commandName == word }
            guard let next else { break }
            command = next
            path.append(word)
        }
        do {
            _ = try KalsaeTool.parseAsRoot(path + ["--experimental-dump-help"])
        } catch {
            let json = try? JSONValue(parsing: KalsaeTool.fullMessage(for: error))
            let options = (json?["command"]?["arguments"]?.array ?? [])
                .flatMap { $0["names"]?.array ?? [] }
            return options.filter { $0["kind"]?.string == "long" }.compactMap { $0["name"]?.string }
        }
        return []
    }
}

extension String {
    /// The text with other words in a place.
    fileprivate func replacingOccurrence(_ range: Range<Index>, _ words: String) -> String {
        String(self[..<range.lowerBound]) + words + String(self[range.upperBound...])
    }
}
