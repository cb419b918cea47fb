/// The last events of a stream, for readers whose connection was lost for a moment.
struct StreamLog {
    /// The most bytes that are kept.
    private static let limit = 4 * 1024 * 1024
    /// What tells a reader that events are missing, so that it reads everything anew.
    static let reset = "event: reset\ndata: {}\n\n"

    /// Tells the numbers of this log from those of another.
    private let name = UInt32.random(in: 0 ... .max)
    private var events: [(number: Int, event: StreamEvent, text: String)] = []
    private var bytes = 0
    /// The number of the newest event.
    private(set) var number = 0

    /// The id of the newest event.
    var last: String { "\(name)-\(number)" }

    /// Keeps an event; its text.
    mutating func append(_ event: StreamEvent) -> String {
        number += 1
        let text = event.text(id: last)
        events.append((number, event, text))
        bytes += text.utf8.count
        if bytes > Self.limit {
            // A quarter at a time, so that an event costs little.
            var dropped = 0
            while dropped < events.count - 1, bytes > Self.limit * 3 / 4 {
                bytes -= events[dropped].text.utf8.count
                dropped += 1
            }
            events.removeFirst(dropped)
        }
        return text
    }

    /// The number of an event by its id; nil for one of another log, or one that others behind it
    /// are gone with.
    func seen(_ id: String) -> Int? {
        let parts = id.split(separator: "-")
        guard parts.count == 2, UInt32(parts[0]) == name, let seen = Int(parts[1]),
            (events.first?.number ?? number + 1) - 1...number ~= seen
        else { return nil }
        return seen
    }

    /// The events behind a number that are wanted.
    func events(behind seen: Int, where isWanted: (StreamEvent) -> Bool) -> String {
        events.filter { $0.number > seen && isWanted($0.event) }.map(\.text).joined()
    }
}
