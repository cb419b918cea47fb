import KalsaeFiles
import KalsaeSupport

/// A request that was let in, with its whole body.
struct DashboardRequest: Sendable {
    var method: String
    var target: RequestTarget
    /// The ETags that the client has.
    var known: String?
    /// Whether the client takes bytes that are compressed by gzip.
    var takesGzip = false
    /// The number of the last event that a client of a live stream saw.
    var lastEvent: String?
    /// The cookie to set where the token came along.
    var login: String?
    /// The body; empty for uploads.
    var body: [UInt8] = []
    /// The file of an upload, which whoever answers removes or keeps.
    var upload: String?
    /// Whether somebody waits for the answer.
    var presence = Presence()

    /// The body as a JSON object.
    func json() throws -> JSONValue {
        do {
            let value = try JSONValue(parsing: body, subject: "body")
            guard value.members != nil else {
                throw HTTPFault(400, "body: expected an object, got \(value.text.prefix(80))")
            }
            return value
        } catch let error as KalsaeError {
            throw HTTPFault(400, error.description)
        }
    }

    /// A whole number of the query; nil where there is none.
    func integer(_ name: String, _ range: ClosedRange<Int> = 0...Int.max) throws -> Int? {
        guard let text = target.query[name], !text.isEmpty else { return nil }
        guard let value = Int(text), range.contains(value) else {
            let most = range.upperBound == .max ? "" : " to \(range.upperBound)"
            throw HTTPFault(
                400,
                "\(name): expected a whole number from \(range.lowerBound)\(most), got "
                    + text.prefix(80).debugDescription)
        }
        return value
    }

    /// A text of the query; nil where there is none or an empty one.
    func text(_ name: String) -> String? {
        target.query[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}

/// Why a request is refused: a status and one line.
package struct HTTPFault: Error, Equatable {
    package var status: Int
    package var line: String

    init(_ status: Int, _ line: String) { (self.status, self.line) = (status, line) }
}
