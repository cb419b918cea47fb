import KalsaeRuns
import Testing

/// What a shell completes behind a tab.
@Suite("Completion") struct CompletionTests {
    private let folder: CommandRun.Folder

    init() throws { folder = try CommandRun.Folder() }

    /// What the script asks for the argument behind some words.
    private func names(
        _ verbs: [String], _ argument: String, _ words: [String] = []
    ) throws -> [String] {
        let line = ["kalsae"] + verbs + words + [""]
        let run = try CommandRun(
            ["---completion"] + verbs + ["--", argument, "\(line.count - 1)", "0"] + line,
            in: folder)
        #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
        return run.output.split(separator: "\n").map(String.init)
    }

    @Test func filesAreCompletedByTheScripts() throws {
        defer { folder.remove() }
        let bash = try CommandRun(["--generate-completion-script", "bash"], in: folder).output
        for text in [
            "__kalsae_add_completions -f\n", "-fX '!*.@(safetensors)'",
            "__kalsae_add_completions -d\n", "backprop",
        ] { #expect(bash.contains(text), "\(text)") }
        for shell in ["zsh", "fish"] {
            let run = try CommandRun(["--generate-completion-script", shell], in: folder)
            #expect(run.status == 0)
            #expect(run.output.contains("safetensors"))
        }
    }

    @Test func namesAreThoseOfTheStore() throws {
        defer { folder.remove() }
        // Nothing is recorded yet, which is no error.
        #expect(try names(["runs", "show"], "positional@0").isEmpty)
        #expect(try names(["search", "best"], "positional@0").isEmpty)
        let store = try Store(folder: folder.runs)
        for name in ["first", "second one"] {
            try store.finish(try store.createRun(RunDescription(name: name)), .finished)
        }
        let all = ["last", "second one", "first"]
        #expect(try names(["runs", "show"], "positional@0") == all)
        #expect(try names(["runs", "compare"], "positional@0", ["first"]) == all)
        #expect(try names(["train"], "--resume", ["--resume"]) == all)
        #expect(try names(["runs", "show"], "positional@0", ["--runs", "nowhere"]).isEmpty)
        let search = try CommandRun(
            ["search", "iris", "--epochs", "1", "--trials", "1", "--study", "mine"], in: folder)
        #expect(search.status == 0, "\(search.errors)")
        #expect(try names(["search", "best"], "positional@0") == ["last", "mine"])
        // Trials are no runs that one looks for.
        #expect(try names(["plot"], "positional@0") == all)
    }
}
