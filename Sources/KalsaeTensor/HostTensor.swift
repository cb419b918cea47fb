import KalsaeBackend
import KalsaeGraph
import KalsaeSupport

/// A vector in host memory that the program writes between the runs of a step.
///
/// For what changes from step to step: row numbers, rates, the step's number. The tensor must go
/// nowhere but into ``CompiledStep/run(_:)``.
package final class HostTensor<Element: TensorElement> {
    /// The tensor over the memory.
    package let tensor: Tensor
    /// The elements, to write to.
    package let values: UnsafeMutableBufferPointer<Element>

    package init(count: Int) throws(KalsaeError) {
        let type = TensorType(Element.dtype, [count])
        let buffer = try Buffer(byteCount: type.byteCount, isRewritten: true)
        let memory = try buffer.hostPointer().bindMemory(to: Element.self, capacity: count)
        values = UnsafeMutableBufferPointer(start: memory, count: count)
        values.initialize(repeating: Element(nearest: Int64(0)))
        tensor = Tensor(buffer, type)
    }

    package var count: Int { values.count }

    /// Copies as many elements as fit.
    package func write(_ elements: ArraySlice<Element>) {
        _ = values.update(fromContentsOf: elements.prefix(values.count))
    }
}
