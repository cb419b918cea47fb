import Glibc

// Under names that no case and no method of a scale hides.
@inline(__always) func logarithm(_ x: Double) -> Double { Glibc.log(x) }
@inline(__always) func exponential(_ x: Double) -> Double { Glibc.exp(x) }

/// The share of a standard normal below x.
@inline(__always) func normalShare(below x: Double) -> Double { 0.5 * erfc(-x * 0.5.squareRoot()) }

/// The density of a standard normal.
@inline(__always) func normalDensity(_ x: Double) -> Double {
    exponential(-0.5 * x * x) * 0.398_942_280_401_432_7
}

/// The x that a share `p` in (0, 1) of a standard normal lies below; 0 and 1 give ±8.3.
///
/// Rational approximations (Acklam, 2003), sharpened by one step of Halley's method to some 1e-15.
func normalQuantile(_ p: Double) -> Double {
    guard p > 1e-16 else { return -8.3 }
    guard p < 1 - 1e-16 else { return 8.3 }
    var x: Double
    let edge = 0.02425
    if p < edge || p > 1 - edge {
        let q = (-2 * logarithm(min(p, 1 - p))).squareRoot()
        let above = polynomial(
            q,
            [
                -7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838,
                -2.549732539343734, 4.374664141464968, 2.938163982698783,
            ])
        let below = polynomial(
            q,
            [
                7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996,
                3.754408661907416, 1,
            ])
        x = p < 0.5 ? above / below : -above / below
    } else {
        let q = p - 0.5
        let above = polynomial(
            q * q,
            [
                -3.969683028665376e+01, 2.209460984245205e+02, -2.759285104469687e+02,
                1.383577518672690e+02, -3.066479806614716e+01, 2.506628277459239,
            ])
        let below = polynomial(
            q * q,
            [
                -5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02,
                6.680131188771972e+01, -1.328068155288572e+01, 1,
            ])
        x = above * q / below
    }
    let error = normalShare(below: x) - p
    let step = error * (2 * Double.pi).squareRoot() * exponential(x * x / 2)
    x -= step / (1 + x * step / 2)
    return x
}

/// Coefficients from the highest power on (Horner's rule).
private func polynomial(_ x: Double, _ coefficients: [Double]) -> Double {
    coefficients.reduce(0) { $0 * x + $1 }
}

@inline(__always) func power(_ x: Double, _ exponent: Double) -> Double {
    Glibc.pow(x, exponent)
}
