import KalsaeFiles
import KalsaeSupport

extension TargetScale {
    /// The scale as members of an object; without a loss it is that of squares.
    package var members: [JSONValue.Member] {
        var members = [
            JSONValue.Member("mean", .number(mean)),
            JSONValue.Member("deviation", .number(deviation)),
        ]
        if loss != .meanSquaredError {
            members.append(JSONValue.Member("loss", .string(loss.rawValue)))
        }
        return members
    }

    /// The scale that members of an object describe.
    package init(json: JSONValue, subject: String) throws(KalsaeError) {
        let fields = Fields(json: json, subject: subject)
        let scale = try fields.scale()
        var loss = TargetLoss.meanSquaredError
        if json["loss"] != nil { loss = try TargetLoss(try fields.text("loss"), subject: subject) }
        self.init(mean: scale.mean, deviation: scale.deviation, loss: loss)
    }
}
