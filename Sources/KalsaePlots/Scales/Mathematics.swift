import Glibc

// Under names that nothing of a chart hides.
@inline(__always) func decimalLogarithm(_ x: Double) -> Double { Glibc.log10(x) }
@inline(__always) func power(_ x: Double, _ exponent: Double) -> Double { Glibc.pow(x, exponent) }
@inline(__always) func sine(degrees: Double) -> Double { Glibc.sin(degrees * .pi / 180) }
@inline(__always) func cosine(degrees: Double) -> Double { Glibc.cos(degrees * .pi / 180) }
@inline(__always) func cubeRoot(_ x: Double) -> Double { Glibc.cbrt(x) }

/// digits · 10^exponent, correctly rounded, as no product of floats is.
func decimal(_ digits: Int, exponent: Int) -> Double { Double("\(digits)e\(exponent)") ?? 0 }

/// The greatest e with 10^e ≤ |x|, for a finite x that is not 0.
func decimalExponent(_ x: Double) -> Int {
    let size = abs(x)
    var exponent = Int(decimalLogarithm(size).rounded(.down))
    // The logarithm may round up to the next whole number, or down from one.
    if decimal(1, exponent: exponent) > size { exponent -= 1 }
    if decimal(1, exponent: exponent + 1) <= size { exponent += 1 }
    return exponent
}
