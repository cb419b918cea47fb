/// The order in which the micro-batches of a step are summed: one balanced binary tree, whoever
/// holds which of them.
///
/// Node (s, k) is the sum of the 2ᵏ micro-batches from s on, a multiple of 2ᵏ: that of (s, k - 1) plus
/// that of (s + 2ᵏ⁻¹, k - 1). Nodes that are left over at the end, where their number is no power of
/// two, are added from the last to the first. Sums of floating-point numbers depend on their order;
/// this one does not depend on how the micro-batches are divided among ranks.
package enum SumTree {
    /// A sum of micro-batches that is complete.
    package struct Node: Equatable {
        /// The first micro-batch.
        package var start: Int
        /// It has 2 to this power of them.
        package var level: Int

        /// Whether it and the node behind it make the next larger one.
        func pairs(with next: Node) -> Bool {
            level == next.level && start & ((2 << level) - 1) == 0
                && next.start == start + (1 << level)
        }
    }

    /// Adds a node behind a list, and says how many of the list's last pairs then become one: each
    /// time the last is added to the one before it.
    static func push(_ node: Node, on list: inout [Node]) -> Int {
        list.append(node)
        var merges = 0
        while list.count > 1, list[list.count - 2].pairs(with: list[list.count - 1]) {
            list.removeLast()
            list[list.count - 1].level += 1
            merges += 1
        }
        return merges
    }

    /// The largest nodes within a range of micro-batches, in order.
    package static func nodes(of range: Range<Int>) -> [Node] {
        var list: [Node] = []
        for index in range { _ = push(Node(start: index, level: 0), on: &list) }
        return list
    }

    /// How nodes that together are all micro-batches become one: each time the second is added to
    /// the first, by their positions in the list; the sum ends in the first of all.
    package static func additions(for nodes: [Node]) -> [(into: Int, from: Int)] {
        var (list, holders) = ([Node](), [Int]())
        var additions: [(into: Int, from: Int)] = []
        for (position, node) in nodes.enumerated() {
            holders.append(position)
            for _ in 0..<push(node, on: &list) {
                let last = holders.removeLast()
                additions.append((holders[holders.count - 1], last))
            }
        }
        while holders.count > 1 {
            let last = holders.removeLast()
            additions.append((holders[holders.count - 1], last))
        }
        return additions
    }

    /// The part of `count` things that is the `index`-th of `parts`, which differ by one at most.
    package static func share(_ index: Int, of parts: Int, _ count: Int) -> Range<Int> {
        (count * index / parts)..<(count * (index + 1) / parts)
    }
}
