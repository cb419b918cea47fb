/// Tables for tests of the command.
enum Tables {
    /// Houses whose price follows from their area.
    static func houses(rows: Int = 60, separator: String = ",") -> String {
        let lines = (0..<rows).map { index in
            [
                "\(index % 20 + 30)", "\((index * 7) % 11)",
                "\(1000 * (index % 20) + 500 + index % 7)",
            ]
            .joined(separator: separator)
        }
        let header = ["area", "age", "price"].joined(separator: separator)
        return ([header] + lines).joined(separator: "\n") + "\n"
    }

    /// Flowers of two kinds, each row with a name.
    static func flowers(rows: Int = 60) -> String {
        let lines = (0..<rows).map { index in
            "plant \(index),\(index % 10),\(index % 7),\(index % 10 > 4 ? "rose" : "lily")"
        }
        return (["label,petal,sepal,kind"] + lines).joined(separator: "\n") + "\n"
    }
}
