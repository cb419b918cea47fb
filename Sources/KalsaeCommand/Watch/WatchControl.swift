import KalsaeFiles
import KalsaeRuns
import KalsaeSupport
import KalsaeTraining

/// Keys to commands: what somebody who watches a run wants of it.
struct WatchControl {
    var view: RunView
    /// What is being typed; nil where keys are commands.
    private var typed: String?
    private var prompt = ""
    /// Whether the next key says whether to stop.
    private var asksToStop = false
    /// The command whose answer is waited for.
    private var sent: Int?
    /// Whether the view is to be left.
    private(set) var hasLeft = false
    /// Whether it is left by Ctrl-C.
    private(set) var isInterrupted = false

    init(_ view: RunView) { self.view = view }

    /// Reads what is new, and the answer to what was sent.
    mutating func refresh() throws {
        try view.refresh()
        if asksToStop, view.run.state != .running { (asksToStop, view.message) = (false, "") }
        guard let id = sent, let command = view.commands.first(where: { $0.id == id }),
            command.state != .pending
        else { return }
        sent = nil
        let text = command.answer.isEmpty ? command.verb : command.answer
        view.message =
            command.state == .applied
            ? "step \(command.appliedStep ?? 0): \(text)" : "refused: \(text)"
    }

    /// Does what a key says.
    mutating func press(_ key: TerminalScreen.Key) {
        if key == .interrupt {
            (hasLeft, isInterrupted) = (true, true)
        } else if typed != nil {
            type(key)
        } else if asksToStop {
            asksToStop = false
            view.message = ""
            if key == .character("y") { send("stop") }
        } else {
            command(key)
        }
    }

    private mutating func command(_ key: TerminalScreen.Key) {
        switch key {
        case .tab, .right: view.chart += 1
        case .left: view.chart -= 1
        case .character("l"): view.isLog.toggle()
        case .character("?"), .character("h"): view.showsHelp.toggle()
        case .character("q"), .escape:
            if view.showsHelp { view.showsHelp = false } else { hasLeft = true }
        case .character(" "), .character("p"): send(view.isPaused ? "continue" : "pause")
        case .character("c"): send("checkpoint")
        case .character("b"): send("rollback best")
        case .character("+"), .character("="): send("set learningRate=*2")
        case .character("-"): send("set learningRate=/2")
        case .character("s"):
            guard isRunning() else { return }
            asksToStop = true
            view.message = "stop the training? y / n"
        case .character(":"): ask(":")
        case .character("n"): ask("note ")
        default: break
        }
    }

    private mutating func ask(_ prompt: String) {
        guard isRunning() else { return }
        (typed, self.prompt) = ("", prompt)
        view.message = prompt + "▏"
    }

    private mutating func type(_ key: TerminalScreen.Key) {
        var text = typed ?? ""
        switch key {
        case .character(let character): text.append(character)
        case .backspace: text = String(text.dropLast())
        case .enter:
            typed = nil
            view.message = ""
            let words = prompt == ":" ? text : prompt + text
            if !text.isEmpty { send(words) }
            return
        case .escape:
            typed = nil
            view.message = ""
            return
        default: break
        }
        typed = text
        view.message = prompt + text + "▏"
    }

    private mutating func isRunning() -> Bool {
        let isRunning = view.run.state == .running
        if !isRunning { view.message = "\(view.run.name) does not run any more" }
        return isRunning
    }

    /// Sends a command as `kalsae steer` takes it.
    private mutating func send(_ text: String) {
        guard isRunning() else { return }
        let words = text.split(separator: " ").map(String.init)
        guard let name = words.first, let verb = SteeringVerb(rawValue: name) else {
            let names = SteeringVerb.allCases.map(\.rawValue).joined(separator: ", ")
            view.message = "expected \(names), got \"\(words.first ?? "")\""
            return
        }
        do {
            // A remark keeps its blanks.
            let values =
                verb == .note ? [String(text.dropFirst("note ".count))] : Array(words.dropFirst())
            let data = try SteeringData.json(verb, values)
            // Readers never write: the store is opened for this command alone.
            let store = try Store(folder: view.store.folder)
            sent = try store.send(
                verb.rawValue, data: data, author: RunProcess.user, to: view.run
            ).id
            view.message = "\(text) …"
        } catch { view.message = error.description }
    }
}
