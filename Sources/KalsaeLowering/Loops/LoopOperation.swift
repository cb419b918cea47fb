import KalsaeGraph

/// What a step of a loop does with registers: a primitive of elements, or several in one.
package enum LoopOperation: Hashable, Sendable {
    case unary(UnaryOperation)
    case binary(BinaryOperation)
    case compare(Comparison)
    /// Operands condition, a, b.
    case select
    /// To the type of the result.
    case cast
    /// `a·a`.
    case square
    /// `a·b + c`, in one rounding.
    case multiplyAdd
    /// `a·b - c`, in one rounding.
    case multiplySubtract
    /// `c - a·b`, in one rounding.
    case negatedMultiplyAdd
}
