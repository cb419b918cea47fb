import KalsaeLowering

/// How the work of a reduction is divided, as a function of its sizes alone: so sums have the same
/// order on every device.
struct ReductionLayout {
    /// Results that are kept, and elements that are joined for each.
    let kept: Int
    let reduced: Int
    /// Whether the joined elements of a result lie side by side.
    let isTrailing: Bool
    /// Work items that share a result, a power of two; and results of a group.
    let lanes: Int
    let width: Int
    /// Parts that the elements of a result are cut into, joined by a second kernel; and their size.
    let parts: Int
    let partSize: Int

    private static let group = KernelBuilder.usualGroup
    /// Elements that a work item joins at most in turn, so that sums of many keep their digits.
    private static let longestTurn = 512
    /// Groups from which on a reduction fills a device.
    private static let enoughGroups = 128
    private static let mostParts = 256
    /// Work items that join the parts of a result.
    private static let joiningLanes = 32

    init(kept: Int, reduced: Int, isTrailing: Bool) {
        self.kept = kept
        self.reduced = reduced
        self.isTrailing = isTrailing
        if isTrailing {
            lanes = reduced >= 512 ? 256 : reduced >= 16 ? 32 : 4
        } else {
            var width = 1
            while width < 32, width < kept { width *= 2 }
            lanes = Self.group / width
        }
        width = Self.group / lanes
        let groups = max((kept + width - 1) / width, 1)
        // By the length of sums, and by what a device needs to be busy.
        let forDigits = (reduced + lanes * Self.longestTurn - 1) / (lanes * Self.longestTurn)
        let forDevice = groups >= Self.enoughGroups ? 1 : reduced / (lanes * 32)
        let wanted = max(forDigits, min(forDevice, Self.enoughGroups / groups), 1)
        let parts = min(wanted, Self.mostParts)
        partSize = max((reduced + parts - 1) / parts, 1)
        self.parts = max((reduced + partSize - 1) / partSize, 1)
    }

    init(_ rows: RowSpace) {
        self.init(kept: rows.rows, reduced: rows.length, isTrailing: rows.isTrailing)
    }

    /// How the parts of results are joined.
    var joiningParts: ReductionLayout { ReductionLayout(joining: parts, kept: kept) }

    init(joining parts: Int, kept: Int) {
        (self.kept, reduced, isTrailing) = (kept, parts, true)
        (lanes, width) = (Self.joiningLanes, Self.group / Self.joiningLanes)
        (self.parts, partSize) = (1, parts)
    }

    /// A work item's number among those of its result, and the distance to the next one's.
    var lane: String { isTrailing ? "LID % \(lanes)" : "LID / \(width)" }
    var laneStep: Int { isTrailing ? 1 : width }

    /// The result among those of the group.
    var result: String { isTrailing ? "LID / \(lanes)" : "LID % \(width)" }

    /// Groups of work items.
    var groupCount: Int { max((kept + width - 1) / width, 1) * parts }
}
