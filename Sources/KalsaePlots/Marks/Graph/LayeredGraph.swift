/// Where the nodes of a graph without cycles stand: a layer for each, an order in each layer.
///
/// Sources: Sugiyama, Tagawa and Toda, "Methods for visual understanding of hierarchical system
/// structures" (1981); longest paths for layers, barycenters for the order.
package struct LayeredGraph: Sendable {
    /// The layer of each node, those of long arcs' bends behind the others.
    package private(set) var layerOf: [Int]
    /// The nodes of each layer, from the top.
    package private(set) var layers: [[Int]]
    /// The position of each node across its layer, in multiples of the least distance or in the
    /// unit of heights; the middle of all is 0.
    package private(set) var offsets: [Double]
    /// The nodes that each arc passes, from its first to its last.
    package private(set) var paths: [[Int]]

    private var before: [[Int]]
    private var after: [[Int]]
    private let heights: [Double]
    private let bendHeight: Double

    /// Arranges the nodes; `nil` where arcs form a cycle.
    ///
    /// Neighbors of a layer are half of the sum of their heights apart at least; a bend of an arc
    /// counts with `bendHeight`, and so do nodes without a height.
    package init?(
        count: Int, arcs: [(Int, Int)], heights: [Double] = [], bendHeight: Double = 1
    ) {
        guard let layer = Self.layers(count: count, arcs: arcs) else { return nil }
        (self.heights, self.bendHeight) = (heights, bendHeight)
        layerOf = layer
        layers = Array(repeating: [], count: (layer.max() ?? -1) + 1)
        paths = []
        before = Array(repeating: [], count: count)
        after = before
        offsets = []
        for (from, to) in arcs {
            var path = [from]
            // An arc over several layers bends once in each.
            for between in (layer[from] + 1)..<max(layer[to], layer[from] + 1) {
                path.append(layerOf.count)
                layerOf.append(between)
                before.append([])
                after.append([])
            }
            path.append(to)
            for (a, b) in zip(path, path.dropFirst()) {
                after[a].append(b)
                before[b].append(a)
            }
            paths.append(path)
        }
        for node in layerOf.indices { layers[layerOf[node]].append(node) }
        order()
        spread()
    }

    /// The layer of each node: inputs stand just before their first reader, all others behind the
    /// last of their operands; `nil` for a cycle.
    package static func layers(count: Int, arcs: [(Int, Int)]) -> [Int]? {
        var waiting = [Int](repeating: 0, count: count)
        var readers = [[Int]](repeating: [], count: count)
        for (from, to) in arcs {
            waiting[to] += 1
            readers[from].append(to)
        }
        let isInput = waiting.map { $0 == 0 }
        var layer = [Int](repeating: 0, count: count)
        var ready = (0..<count).filter { waiting[$0] == 0 }
        var done = 0
        while done < ready.count {
            let node = ready[done]
            done += 1
            for reader in readers[node] {
                layer[reader] = max(layer[reader], layer[node] + 1)
                waiting[reader] -= 1
                if waiting[reader] == 0 { ready.append(reader) }
            }
        }
        guard done == count else { return nil }
        for node in 0..<count where isInput[node] {
            if let first = readers[node].map({ layer[$0] }).min() { layer[node] = first - 1 }
        }
        return layer
    }

    /// Sorts layers by the mean position of neighbors, forth and back, and keeps the order with the
    /// fewest crossings.
    private mutating func order() {
        var best = (layers, crossings())
        var position = [Double](repeating: 0, count: layerOf.count)
        for sweep in 0..<8 where best.1 > 0 {
            let forth = sweep % 2 == 0
            let sequence = forth ? Array(layers.indices) : layers.indices.reversed()
            for layer in layers {
                for (at, node) in layer.enumerated() { position[node] = Double(at) }
            }
            for index in sequence {
                var keys: [Int: Double] = [:]
                for node in layers[index] {
                    let neighbors = forth ? before[node] : after[node]
                    keys[node] =
                        neighbors.isEmpty
                        ? position[node]
                        : neighbors.reduce(0) { $0 + position[$1] } / Double(neighbors.count)
                }
                // Equal ones stay in their order.
                layers[index] = layers[index].enumerated().sorted {
                    let (a, b) = (keys[$0.element] ?? 0, keys[$1.element] ?? 0)
                    return a == b ? $0.offset < $1.offset : a < b
                }.map(\.element)
                for (at, node) in layers[index].enumerated() { position[node] = Double(at) }
            }
            let count = crossings()
            if count < best.1 { best = (layers, count) }
        }
        layers = best.0
    }

    /// The number of pairs of arcs between neighboring layers that cross.
    package func crossings() -> Int {
        var position = [Int](repeating: 0, count: layerOf.count)
        for layer in layers { for (at, node) in layer.enumerated() { position[node] = at } }
        var count = 0
        for layer in layers {
            var ends: [Int] = []
            for node in layer { ends += after[node].map { position[$0] }.sorted() }
            guard ends.count <= 1000 else { continue }
            for i in ends.indices { for j in 0..<i where ends[j] > ends[i] { count += 1 } }
        }
        return count
    }

    /// Moves nodes towards the mean of their neighbors, apart by their heights.
    private mutating func spread() {
        offsets = [Double](repeating: 0, count: layerOf.count)
        let positions = layers.map { layer -> [Double] in
            var (positions, at) = ([Double](), 0.0)
            for (index, node) in layer.enumerated() {
                if index > 0 { at += (height(layer[index - 1]) + height(node)) / 2 }
                positions.append(at)
            }
            return positions
        }
        for (layer, positions) in zip(layers, positions) {
            for (node, position) in zip(layer, positions) {
                offsets[node] = position - (positions.last ?? 0) / 2
            }
        }
        for sweep in 0..<12 {
            for index in sweep % 2 == 0 ? Array(layers.indices) : layers.indices.reversed() {
                let wanted = layers[index].map { node -> Double in
                    let neighbors = before[node] + after[node]
                    guard !neighbors.isEmpty else { return offsets[node] }
                    return neighbors.reduce(0) { $0 + offsets[$1] } / Double(neighbors.count)
                }
                for (node, offset) in zip(layers[index], Self.apart(wanted, positions[index])) {
                    offsets[node] = offset
                }
            }
        }
        let low = offsets.indices.map { offsets[$0] - height($0) / 2 }.min() ?? 0
        let high = offsets.indices.map { offsets[$0] + height($0) / 2 }.max() ?? 0
        offsets = offsets.map { $0 - (low + high) / 2 }
    }

    /// The height that a node or bend takes of its layer.
    package func height(_ node: Int) -> Double {
        heights.indices.contains(node) ? heights[node] : bendHeight
    }

    /// From the upper edge of the highest node to the lower one of the lowest.
    package var span: Double {
        let low = offsets.indices.map { offsets[$0] - height($0) / 2 }.min() ?? 0
        let high = offsets.indices.map { offsets[$0] + height($0) / 2 }.max() ?? 0
        return high - low
    }

    /// Positions as far apart as those given, as near to the wanted ones as squares of distances tell:
    /// the means of those that would run into each other (isotonic regression, pool adjacent
    /// violators).
    private static func apart(_ wanted: [Double], _ positions: [Double]) -> [Double] {
        var blocks: [(sum: Double, count: Int)] = []
        for (value, position) in zip(wanted, positions) {
            blocks.append((value - position, 1))
            while blocks.count > 1 {
                let (last, previous) = (blocks[blocks.count - 1], blocks[blocks.count - 2])
                guard previous.sum / Double(previous.count) > last.sum / Double(last.count) else {
                    break
                }
                blocks.removeLast()
                blocks[blocks.count - 1] = (previous.sum + last.sum, previous.count + last.count)
            }
        }
        var result: [Double] = []
        for block in blocks {
            for _ in 0..<block.count {
                result.append(block.sum / Double(block.count) + positions[result.count])
            }
        }
        return result
    }
}
