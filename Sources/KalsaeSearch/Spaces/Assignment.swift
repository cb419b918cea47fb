/// Parameters by name with their values, in the order in which they were asked for.
public struct Assignment: Sendable {
    /// The names; shared by all trials that have the same ones.
    public internal(set) var names: [String]
    /// A value for each name.
    public internal(set) var values: [ParameterValue]

    /// No parameters.
    public init() { (names, values) = ([], []) }

    /// Names with as many values.
    init(names: [String], values: [ParameterValue]) {
        (self.names, self.values) = (names, values)
    }

    /// The value of a name; nil where there is none.
    public subscript(name: String) -> ParameterValue? {
        get { names.firstIndex(of: name).map { values[$0] } }
        set {
            switch (names.firstIndex(of: name), newValue) {
            case (let index?, let value?): values[index] = value
            case (let index?, nil):
                names.remove(at: index)
                values.remove(at: index)
            case (nil, let value?):
                names.append(name)
                values.append(value)
            case (nil, nil): break
            }
        }
    }

    /// The number of parameters.
    public var count: Int { values.count }
}

extension Assignment: ExpressibleByDictionaryLiteral {
    /// Names with values, in the order written; of a name that comes twice the last value.
    public init(dictionaryLiteral elements: (String, ParameterValue)...) {
        self.init()
        for (name, value) in elements { self[name] = value }
    }
}

extension Assignment: Equatable, CustomStringConvertible {
    /// Whether both have the same names with the same values, in any order.
    public static func == (a: Assignment, b: Assignment) -> Bool {
        guard a.count == b.count else { return false }
        if a.names == b.names { return a.values == b.values }
        return zip(a.names, a.values).allSatisfy { b[$0] == $1 }
    }

    /// As in `rate 0.01, layers 3`.
    public var description: String {
        zip(names, values).map { "\($0) \($1)" }.joined(separator: ", ")
    }
}
