import KalsaeSupport

/// The parameters that are searched, and the rules between them.
///
/// A space is a value; a change gives it the next version. Trials keep the values that they had:
/// those that a later space does not hold are not learned from for that parameter.
public struct SearchSpace: Hashable, Sendable {
    /// The parameters; a choice stands before the parameters under it.
    public private(set) var parameters: [Parameter]
    /// Rules between parameters.
    public private(set) var constraints: [SpaceConstraint]
    /// Counts the changes of a study's space, from 1.
    public package(set) var version = 1

    /// The names of the parameters.
    public private(set) var names: [String]
    /// For each parameter the index of its choice and which options of it are meant.
    private(set) var parents: [Parent?]

    struct Parent: Hashable, Sendable {
        let index: Int
        let options: [Bool]
    }

    /// A space without parameters, as define-by-run studies begin with.
    public init() { (parameters, constraints, names, parents) = ([], [], [], []) }

    /// A space; names that come twice and conditions that no choice fulfills are refused.
    public init(
        _ parameters: [Parameter], constraints: [SpaceConstraint] = []
    ) throws(KalsaeError) {
        self.init()
        for parameter in parameters { try add(parameter) }
        for constraint in constraints { try constraint.check(self) }
        self.constraints = constraints
    }

    /// The index of a name.
    public func index(of name: String) -> Int? { names.firstIndex(of: name) }

    /// Whether some parameters are there under a choice only.
    var isConditional: Bool { parents.contains { $0 != nil } }

    /// Whether a parameter is there, given the point in [0, 1]^d.
    @inline(__always) func isActive(_ index: Int, at point: [Double]) -> Bool {
        guard let parent = parents[index] else { return true }
        guard isActive(parent.index, at: point) else { return false }
        let count = parent.options.count
        return parent.options[min(max(Int(point[parent.index] * Double(count)), 0), count - 1)]
    }

    /// The values of the parameters that are there at a point in [0, 1]^d.
    public func assignment(at point: [Double]) -> Assignment {
        var assignment = Assignment()
        assignment.values.reserveCapacity(parameters.count)
        guard isConditional else {
            for index in parameters.indices {
                assignment.values.append(parameters[index].value(at: point[index]))
            }
            assignment.names = names
            return assignment
        }
        for index in parameters.indices where isActive(index, at: point) {
            assignment.names.append(names[index])
            assignment.values.append(parameters[index].value(at: point[index]))
        }
        return assignment
    }

    /// Where an assignment lies in [0, 1]^d; NaN where it has no value of the parameter's domain.
    public func point(of assignment: Assignment) -> [Double] {
        parameters.indices.map { index in
            let value =
                index < assignment.count && assignment.names[index] == names[index]
                ? assignment.values[index] : assignment[names[index]]
            return value.flatMap { parameters[index].unit(of: $0) } ?? .nan
        }
    }

    /// Whether all constraints hold at a point.
    public func isFeasible(_ point: [Double]) -> Bool {
        guard !constraints.isEmpty else { return true }
        let assignment = assignment(at: point)
        return constraints.allSatisfy { $0.holds(for: assignment) }
    }

    /// Says what an assignment has that the space cannot have.
    func check(_ assignment: Assignment) throws(KalsaeError) {
        for (name, value) in zip(assignment.names, assignment.values) {
            guard let index = index(of: name) else {
                throw KalsaeError(
                    name, expected: "a parameter of the space", got: "another name",
                    advice: SpellingSuggestion.advice(name, in: names))
            }
            guard parameters[index].domain.contains(value) else {
                throw KalsaeError(
                    name, expected: "a value of \(parameters[index].domain)", got: "\(value)")
            }
        }
    }
}

extension SearchSpace {
    private mutating func add(_ parameter: Parameter) throws(KalsaeError) {
        guard index(of: parameter.name) == nil else {
            throw KalsaeError(
                parameter.name, expected: "each parameter once", got: "two of this name")
        }
        parents.append(try parent(of: parameter))
        parameters.append(parameter)
        names.append(parameter.name)
    }

    private func parent(of parameter: Parameter) throws(KalsaeError) -> Parent? {
        guard let condition = parameter.condition else { return nil }
        guard let index = index(of: condition.parameter),
            case .choice(let options) = parameters[index].domain
        else {
            throw KalsaeError(
                parameter.name, expected: "a condition on a choice that stands before it",
                got: "\"\(condition.parameter)\"")
        }
        let unknown = condition.values.first { !options.contains($0) }
        guard unknown == nil, !condition.values.isEmpty else {
            throw KalsaeError(
                parameter.name, expected: "a condition on values of \(condition.parameter)",
                got: unknown?.description ?? "none",
                advice: "it has \(parameters[index].domain)")
        }
        return Parent(index: index, options: options.map { condition.values.contains($0) })
    }

    /// The space with a parameter added, or given another domain; a new version where that changes
    /// anything.
    func defining(_ parameter: Parameter) throws(KalsaeError) -> SearchSpace {
        var changed = parameters
        if let index = index(of: parameter.name) {
            if parameters[index] == parameter { return self }
            changed[index] = parameter
        } else {
            changed.append(parameter)
        }
        var space = try SearchSpace(changed, constraints: constraints)
        space.version = version + 1
        return space
    }
}
