import KalsaeGraph

/// Attention with a group of work items for each query (or key) of each head; scores are computed
/// again where they are needed, so that none is stored.
struct AttentionRows {
    private let queries, keys, features, heads, size: String
    let queryCount: Int, keyCount: Int, batches: Int, headCount: Int
    private let parameters: AttentionParameters
    /// The type of all operands.
    private let dtype: DType
    static let group = 64

    init(
        _ parameters: AttentionParameters, queries: TensorType, keys: TensorType,
        _ kernel: inout KernelBuilder
    ) {
        (self.parameters, dtype) = (parameters, queries.dtype)
        let (queries, keys) = (queries.shape, keys.shape)
        (batches, queryCount, keyCount) = (queries[0], queries[1], keys[1])
        headCount = parameters.heads
        self.queries = kernel.integer(queries[1])
        self.keys = kernel.integer(keys[1])
        features = kernel.integer(queries[2])
        heads = kernel.integer(parameters.heads)
        size = kernel.integer(queries[2] / parameters.heads)
    }

    /// An element of an operand.
    func number(_ element: String) -> String { dtype.number(element) }

    /// Lines in front: which query or key of which head the group has, and where its features are.
    func position(_ count: String, _ name: String) -> String {
        """
        const I \(name) = (I)GID % \(count), head = (I)GID / \(count) % \(heads);
        const I batch = (I)GID / \(count) / \(heads);
        """
    }

    var queryPosition: String {
        """
        \(position(queries, "query"))
        const I row = (batch * \(queries) + query) * \(features) + head * \(size);
        \(visible)
        """
    }

    /// Lines that tell how many keys a query sees, and whether it sees all alike.
    var visible: String {
        parameters.isCausal
            ? """
            const int blind = query + \(keys) - \(queries) + 1 <= 0;
            const I seen = blind ? \(keys) : query + \(keys) - \(queries) + 1;
            """
            : "const int blind = 0; const I seen = \(keys);"
    }

    /// Where the features of a key are.
    func keyRow(_ key: String) -> String {
        "((batch * \(keys) + \(key)) * \(features) + head * \(size))"
    }

    func queryRow(_ query: String) -> String {
        "((batch * \(queries) + \(query)) * \(features) + head * \(size))"
    }

    /// Lines that set a new variable to the product of two rows.
    func dot(_ name: String, _ x: String, _ from: String, _ y: String, _ other: String) -> String {
        """
        float \(name) = 0;
        for (I d = 0; d < \(size); d++) \(name) = fma(\(number("\(x)[\(from) + d]")), \(number("\(y)[\(other) + d]")), \(name));
        """
    }

    /// Lines that set `score` for a key.
    func score(_ q: String, _ k: String, query: String, key: String) -> String {
        """
        \(dot("score", q, query, k, key))
        score = blind ? 0 : score * \(DType.float32.literal(bits: Float(parameters.scale).bitPattern));
        """
    }

    func forEachFeature(_ body: String) -> String {
        "for (I d = LID; d < \(size); d += \(Self.group)) {\n\(body)\n}"
    }

    /// Lines that join a value of each work item; the result lies in `s0[0]`.
    static func tree(_ join: String) -> String {
        """
        BARRIER();
        for (int h = \(group / 2); h > 0; h /= 2) {
        if (LID < h) s0[LID] = \(join)_f32(s0[LID], s0[LID + h]);
        BARRIER();
        }
        """
    }

    /// Lines that set `largest` and `total` of the scores' softmax.
    func softmax(_ q: String, _ k: String) -> String {
        """
        float largest = -INFINITY, total = 0;
        for (I key = LID; key < seen; key += \(Self.group)) {
        \(score(q, k, query: "row", key: keyRow("key")))
        largest = max_f32(largest, score);
        }
        s0[LID] = largest;
        \(Self.tree("max"))
        largest = s0[0];
        BARRIER();
        for (I key = LID; key < seen; key += \(Self.group)) {
        \(score(q, k, query: "row", key: keyRow("key")))
        total += exp(score - largest);
        }
        s0[LID] = total;
        \(Self.tree("add"))
        total = s0[0];
        BARRIER();
        """
    }

    /// Lines for blocks of keys: the work items compute a weight each, then features sum over them.
    ///
    /// - Parameters:
    ///   - weight: sets `weight` of `key`.
    ///   - matrix: what the weights are multiplied with.
    ///   - result: where the sums go, from `row` on.
    func weighted(_ weight: String, by matrix: String, to result: String) -> String {
        """
        \(forEachFeature("\(result)[row + d] = 0;"))
        for (I first = 0; first < seen; first += \(Self.group)) {
        const I key = first + LID;
        float weight = 0;
        if (key < seen) {
        \(weight)
        }
        s0[LID] = weight;
        BARRIER();
        const int length = (int)min((i64)\(Self.group), (i64)(seen - first));
        \(forEachFeature(
            """
            float sum = \(result)[row + d];
            for (int j = 0; j < length; j++) sum = fma(s0[j], \(number("\(matrix)[\(keyRow("(first + j)")) + d]")), sum);
            \(result)[row + d] = sum;
            """))
        BARRIER();
        }
        """
    }
}
