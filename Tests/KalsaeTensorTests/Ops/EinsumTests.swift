import KalsaeGraph
import KalsaeTensor
import Testing

@Suite struct EinsumTests {
    let a = Tensor((1...6).map(Double.init), shape: [2, 3])
    let b = Tensor((1...12).map { Double($0 % 5) }, shape: [3, 4])

    @Test func agreesWithNamedOperations() throws {
        try onEachDevice { () throws in
            let square = Tensor((1...9).map(Double.init), shape: [3, 3])
            let stack = Tensor((1...12).map(Double.init), shape: [2, 2, 3])
            let cases: [(Tensor, Tensor)] = [
                (.einsum("ij,jk->ik", a, b), a.matmul(b)),
                (.einsum("ij, jk", a, b), a.matmul(b)),
                (.einsum("ij,jk->ki", a, b), a.matmul(b).transposed()),
                (.einsum("ji,jk->ik", a.transposed(), b), a.matmul(b)),
                (.einsum("bij,jk->bik", stack, b), stack.matmul(b)),
                (.einsum("bij,bij->b", stack, stack), (stack * stack).sum(axes: [1, 2])),
                (.einsum("bij,bij->ij", stack, stack), (stack * stack).sum(axes: [0])),
                (.einsum("bij,bkj->bik", stack, stack), stack.matmul(stack, transposeRight: true)),
                (.einsum("ij->ji", a), a.transposed()), (.einsum("ji", a), a.transposed()),
                (.einsum("ij->", a), a.sum()), (.einsum("ii->", square), square.trace()),
                (.einsum("ii->i", square), square.diagonal()),
                (.einsum("i,j->ij", a[0], b[0]), a[0].outer(b[0])),
                (.einsum("i,i->", a[0], a[1]), a[0].dot(a[1])),
                (.einsum("ij,ij->ij", a, a), a * a),
                (
                    .einsum(",->", Tensor(2.0 as Double), Tensor(3.0 as Double)),
                    Tensor(6.0 as Double)
                ),
                (
                    .einsum("ii,ij->ij", square, square),
                    square.diagonal().expandingShape(at: 1) * square
                ),
                (.einsum("ij,k->k", a, b[0]), a.sum() * b[0]),
            ]
            for (index, (got, expected)) in cases.enumerated() {
                #expect(got.fault == nil, "case \(index)")
                let values = try expected.values(Double.self)
                try expectValues(got, values, shape: expected.shape, tolerance: 1e-14)
            }
        }
    }

    @Test func gradients() throws {
        try onEachDevice { () throws in
            try expectGradients(at: [a, b]) { .einsum("ij,jk->ki", $0[0], $0[1]) }
            try expectGradients(at: [a]) { .einsum("ij,kj->ik", $0[0], $0[0]) }
        }
    }

    @Test func teaches() {
        expectFault(.einsum("ij,jk->ik", a, a), "one size for 'j'", "3 and 2", "EinsumTests.swift")
        expectFault(.einsum("ijk->i", a), "a letter for each axis", "[2, 3]")
        expectFault(.einsum("ij->ik", a), "'k'")
        expectFault(.einsum("ij->ii", a), "'i'")
        expectFault(.einsum("i1->i", a), "letters", "'1'")
        expectFault(.einsum("ij->j->i", a), "->")
        expectFault(.einsum("ij,jk->ik", a), "operands", "1")
        expectFault(.einsum("...j->j", a), "letters", "'.'")
    }
}
