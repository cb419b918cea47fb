import KalsaeSearch
import KalsaeSupport
import Testing

/// Records an issue for each rule of samplers that one breaks.
///
/// - Points have a coordinate in 0...1 for each parameter, and values are of their domains: with
///   numbers, steps, choices, conditions, constraints and spaces of one value or of no parameter.
/// - The same request gives the same point, whatever was asked before; another seed another one.
/// - Trials that failed, were pruned, run, wait, have infinite values or values of an older space
///   do no harm; several objectives neither.
/// - A study of its proposals finds no less than a random one would by far.
public func checkSampler(
    _ sampler: some Sampler, sourceLocation: SourceLocation = #_sourceLocation
) {
    for mismatch in samplerMismatches(sampler) { record(mismatch, sourceLocation) }
}

/// What `checkSampler` finds, one line for each broken rule.
public func samplerMismatches(_ sampler: some Sampler) -> [String] {
    let rules: [(String, (SamplerProbe) throws -> String?)] = [
        ("range", { try $0.range() }), ("purity", { try $0.purity() }),
        ("seed", { try $0.seed() }), ("all states", { try $0.states() }),
        ("changed space", { try $0.changedSpace() }), ("constraint", { try $0.constraint() }),
        ("small spaces", { try $0.smallSpaces() }), ("objectives", { try $0.objectives() }),
        ("quality", { try $0.quality() }),
    ]
    let probe = SamplerProbe(sampler)
    return rules.compactMap { name, rule in
        do {
            return try rule(probe).map { "\(sampler.name), \(name): \($0)" }
        } catch {
            return "\(sampler.name), \(name): threw \(error)"
        }
    }
}
