import KalsaeGraph
import KalsaeSupport

extension Tensor {
    /// Products of elements summed over the axes whose letter the result has not: Einstein's
    /// summation, of one or two tensors.
    ///
    /// `"ij,jk->ik"` is the matrix product, `"bij,bjk->bik"` one for each b, `"ij->ji"` the
    /// transpose, `"ii->"` the trace, `"i,j->ij"` the outer product. Without an arrow the result
    /// has the letters that occur once, in alphabetical order. Axes of one letter must agree in
    /// size.
    public static func einsum(
        _ equation: String, _ operands: Tensor..., file: StaticString = #fileID,
        line: UInt = #line
    ) -> Tensor {
        for operand in operands where operand.fault != nil { return operand }
        do {
            let parsed = try EinsumEquation(equation, shapes: operands.map(\.shape))
            return parsed.apply(to: operands)
        } catch {
            return Tensor(error, operands: operands, site: CallSite(file: file, line: line))
        }
    }
}

/// The letters of an equation, checked against shapes.
struct EinsumEquation {
    let operands: [[Character]]
    let result: [Character]
    let sizes: [Character: Int]

    init(_ equation: String, shapes: [Shape]) throws(KalsaeError) {
        func fail(_ expected: String, _ got: String) -> KalsaeError {
            KalsaeError("einsum \"\(equation)\"", expected: expected, got: got)
        }
        let text = equation.filter { $0 != " " }
        let sides = text.split(separator: "->", omittingEmptySubsequences: false).map(Array.init)
        guard sides.count == 1 || sides.count == 2 else {
            throw fail("at most one ->", "\(sides.count - 1)")
        }
        operands = sides[0].split(separator: ",", omittingEmptySubsequences: false).map(Array.init)
        guard operands.count == shapes.count, (1...2).contains(shapes.count) else {
            throw fail("one or two operands as in the equation", "\(shapes.count)")
        }
        var sizes: [Character: Int] = [:]
        for (letters, shape) in zip(operands, shapes) {
            if let other = letters.first(where: { !($0.isASCII && $0.isLetter) }) {
                throw fail("letters a to z and A to Z", "'\(other)'")
            }
            guard letters.count == shape.rank else {
                throw fail("a letter for each axis", "\"\(String(letters))\" for \(shape)")
            }
            for (letter, size) in zip(letters, shape) {
                guard sizes[letter] ?? size == size else {
                    throw fail("one size for '\(letter)'", "\(sizes[letter] ?? 0) and \(size)")
                }
                sizes[letter] = size
            }
        }
        let all = operands.flatMap { $0 }
        result =
            sides.count == 2
            ? sides[1] : Set(all).filter { letter in all.count { $0 == letter } == 1 }.sorted()
        self.sizes = sizes
        for letter in result
        where sizes[letter] == nil || result.count(where: { $0 == letter }) > 1 {
            throw fail("letters of the operands in the result, each once", "'\(letter)'")
        }
    }

    func apply(to tensors: [Tensor]) -> Tensor {
        let terms = zip(tensors, operands).enumerated().map { index, part in
            let others = operands.enumerated().filter { $0.offset != index }.flatMap(\.element)
            return EinsumTerm(tensor: part.0, letters: part.1).keeping(Set(result + others))
        }
        return terms.count == 1
            ? terms[0].arranged(result) : product(terms[0], terms[1]).arranged(result)
    }

    /// The product, summed over the shared letters that the result has not: a stack of matrix
    /// products over the shared letters that it has.
    private func product(_ left: EinsumTerm, _ right: EinsumTerm) -> EinsumTerm {
        let shared = left.letters.filter { right.letters.contains($0) }
        let stack = shared.filter { result.contains($0) }
        let inner = shared.filter { !result.contains($0) }
        let rows = left.letters.filter { !shared.contains($0) }
        let columns = right.letters.filter { !shared.contains($0) }
        let first = left.arranged(stack + rows + inner).reshaped(to: matrix(stack, rows, inner))
        let second = right.arranged(stack + inner + columns)
            .reshaped(to: matrix(stack, inner, columns))
        let product = inner.isEmpty ? first * second : first.matmul(second)
        let all = stack + rows + columns
        let shape = Shape(all.map { sizes[$0] ?? 1 })
        return EinsumTerm(tensor: product.reshaped(to: shape), letters: all)
    }

    /// `[stack, rows, columns]`, or `[rows, columns]` without a stack.
    private func matrix(
        _ stack: [Character], _ rows: [Character], _ columns: [Character]
    ) -> Shape {
        let parts = stack.isEmpty ? [rows, columns] : [stack, rows, columns]
        return Shape(parts.map { letters in letters.reduce(1) { $0 * (sizes[$1] ?? 1) } })
    }
}

/// A tensor whose axes have letters.
struct EinsumTerm {
    var tensor: Tensor
    var letters: [Character]

    /// The diagonal for letters that occur twice, the sum over those that nobody asks for.
    func keeping(_ kept: Set<Character>) -> EinsumTerm {
        var term = self
        while let second = term.letters.indices.first(where: {
            term.letters[..<$0].contains(term.letters[$0])
        }), let first = term.letters.firstIndex(of: term.letters[second]) {
            let letter = term.letters[second]
            term.tensor = term.tensor.movedAxis(from: second, to: -1)
                .movedAxis(from: first, to: -1).diagonal()
            term.letters.remove(at: second)
            term.letters.remove(at: first)
            term.letters.append(letter)
        }
        let summed = term.letters.indices.filter { !kept.contains(term.letters[$0]) }
        if !summed.isEmpty { term.tensor = term.tensor.sum(axes: summed) }
        term.letters.removeAll { !kept.contains($0) }
        return term
    }

    /// The axes in the order of the letters.
    func arranged(_ order: [Character]) -> Tensor {
        tensor.transposed(permutation: order.compactMap { letters.firstIndex(of: $0) })
    }
}
