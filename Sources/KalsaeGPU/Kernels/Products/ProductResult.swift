import KalsaeGraph
import KalsaeLowering

/// What becomes of the results of a product or convolution: they are stored, or worked on by the loop
/// behind it while they lie in registers.
struct ProductResult {
    let op: LoweredOp
    /// The loop over the result's rows and columns.
    var epilogue: LoopPlan?
    let storages: [Storage]
    /// Where the parts of the loop's sums of columns go, in the order of its sums.
    var partials: [KernelCall.Argument] = []

    /// The name of a work item's sums of its columns.
    static func sum(_ number: Int) -> String { "sum\(number)" }

    /// What no index of the loop reaches.
    var extent: Int { epilogue?.extent ?? 0 }

    /// Lines for the result `v` at a row and column.
    ///
    /// - Parameter columns: the columns of the result.
    func stored(
        row: String, column: String, of columns: Int, _ kernel: inout KernelBuilder
    ) -> String {
        guard let epilogue else {
            let buffer = kernel.buffer(op.type.dtype.cType, op.output)
            return kernel.guarded(
                "\(buffer)[(\(row)) * \(kernel.integer(columns)) + \(column)] = v;")
        }
        let elements = epilogue.outputs.filter(\.isElementwise)
        let loop = LoopSource(
            epilogue.with(elements), storages, registers: [op.result: "v"], &kernel)
        var stores = zip(elements, loop.outputs).map { "\($1)[linear] = v\($0.value);" }
        for (number, output) in epilogue.outputs.filter({ !$0.isElementwise }).enumerated() {
            stores.append("\(Self.sum(number))[column] += v\(output.value);")
        }
        let lines = """
            const I i0 = \(row), i1 = \(column), linear = i0 * \(kernel.integer(columns)) + i1;
            \(loop.constants.joined(separator: "\n"))
            \(loop.body(linear: "linear"))
            \(stores.joined(separator: "\n"))
            """
        return kernel.guarded(lines)
    }
}
