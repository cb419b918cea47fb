/// The scale on which a range is searched: where equal steps are equally likely.
public enum ParameterScale: String, Codable, Sendable, CaseIterable {
    /// The number itself.
    case linear
    /// Its logarithm, for rates and widths: 0.001 is as far from 0.01 as 0.01 from 0.1.
    case log
    /// The logarithm of 1 − x, for momenta: 0.9 is as far from 0.99 as 0.99 from 0.999.
    case logOneMinus

    /// The number on this scale; it grows with x.
    func transformed(_ x: Double) -> Double {
        switch self {
        case .linear: x
        case .log: logarithm(x)
        case .logOneMinus: -logarithm(1 - x)
        }
    }

    /// The number whose `transformed` this is.
    func restored(_ t: Double) -> Double {
        switch self {
        case .linear: t
        case .log: exponential(t)
        case .logOneMinus: 1 - exponential(-t)
        }
    }

    /// What bounds must fulfill, in words; empty for any.
    var rule: String {
        switch self {
        case .linear: ""
        case .log: "a range above 0 for the scale log"
        case .logOneMinus: "a range below 1 for the scale logOneMinus"
        }
    }

    func allows(low: Double, high: Double) -> Bool {
        switch self {
        case .linear: true
        case .log: low > 0
        case .logOneMinus: high < 1
        }
    }
}
