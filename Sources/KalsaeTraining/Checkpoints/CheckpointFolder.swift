import Glibc
import KalsaeFiles
import KalsaeSupport

/// The checkpoints of a training: one file each, named by its step.
public struct CheckpointFolder: Sendable, Equatable {
    /// The path of the folder; it is made with the first checkpoint.
    public let path: String

    /// A folder by its path.
    public init(_ path: String) { self.path = path }

    /// One checkpoint.
    public struct Entry: Sendable, Equatable {
        /// The steps of the call that were taken before it.
        public var step: Int
        /// Whether it is that of the best epoch.
        public var isBest: Bool
        /// The file.
        public var path: String
        /// When it was written, in seconds since 1970.
        public var time: Double
        /// Its size.
        public var bytes: Int
    }

    /// All of them by step, the best one behind others of its step.
    public var entries: [Entry] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var entries: [Entry] = []
        while let item = readdir(folder) {
            let name = withUnsafePointer(to: &item.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if let entry = entry(name) { entries.append(entry) }
        }
        return entries.sorted { ($0.step, $0.isBest ? 1 : 0) < ($1.step, $1.isBest ? 1 : 0) }
    }

    /// That of the greatest step; nil where there is none.
    public var last: Entry? { entries.last { !$0.isBest } ?? entries.last }

    /// That of the best epoch, of several the one of the greatest step; nil where there is none.
    public var best: Entry? { entries.last { $0.isBest } }

    /// That of the greatest step at or before a step; nil where there is none.
    public func entry(before step: Int) -> Entry? { entries.last { $0.step <= step } }

    /// The last one that was written at a time or before it, in seconds since 1970, but for that of
    /// the best epoch; nil where there is none.
    public func entry(beforeTime time: Double) -> Entry? {
        entries.filter { !$0.isBest && $0.time <= time }.max { $0.time < $1.time }
    }

    /// The steps that are there, as in `100, 1700, 2500`; of many those around a step, with `…` for the
    /// others.
    package func steps(around step: Int) -> String {
        let steps = Set(entries.map(\.step)).sorted()
        let (before, behind) = (steps.filter { $0 <= step }, steps.filter { $0 > step })
        let most = 4
        var words = (before.suffix(most) + behind.prefix(most)).map { "\($0)" }
        if before.count > most { words.insert("…", at: 0) }
        if behind.count > most { words.append("…") }
        return words.joined(separator: ", ")
    }

    /// Where a checkpoint goes.
    public func path(step: Int, isBest: Bool) -> String {
        let digits = "\(step)"
        let zeros = String(repeating: "0", count: max(0, 9 - digits.count))
        return "\(path)/\(isBest ? Self.best : Self.plain)\(zeros)\(digits)\(Self.suffix)"
    }

    /// Makes the folder and those above it.
    func create() throws(KalsaeError) {
        var made = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            made += "\(part)/"
            guard mkdir(made, 0o777) == 0 || errno == EEXIST || errno == EISDIR else {
                throw .system(path, expected: "to make the folder", code: errno)
            }
        }
    }

    /// Removes those behind a step: after a roll back they are of a training that there is no more.
    package func removeAll(after step: Int) {
        for entry in entries where entry.step > step { unlink(entry.path) }
    }

    /// Removes what is no longer wanted: all but the newest, the best, and of those before a selection
    /// that is the denser the nearer to the end.
    ///
    /// From a step between two that stay, the one before is at most half as far back as the newest is
    /// ahead, unless checkpoints were written farther apart, or `bytes` leaves no room.
    ///
    /// - Parameters:
    ///   - count: how many of the newest stay, the best one not counted; at least 2.
    ///   - keepsOlder: whether a selection of those before them stays.
    ///   - bytes: how much room they may have together; the newest two stay in any case.
    func thin(to count: Int, keepsOlder: Bool, bytes: Int?) {
        let all = entries
        let count = max(count, 2)
        for old in all.filter(\.isBest).dropLast() { unlink(old.path) }
        var kept = all.filter { !$0.isBest }
        if !keepsOlder {
            for old in kept.dropLast(count) { unlink(old.path) }
            kept = Array(kept.suffix(count))
        }
        var index = 1
        while index < kept.count - count {
            let next = Double(kept[index + 1].step)
            let gap = next - Double(kept[index - 1].step)
            if 2 * gap <= Double(kept[kept.count - 1].step) - next {
                unlink(kept.remove(at: index).path)
            } else {
                index += 1
            }
        }
        let best = all.last(where: \.isBest)?.bytes ?? 0
        func isTooMuch() -> Bool { kept.reduce(best) { $0 + $1.bytes } > bytes ?? .max }
        while kept.count > 2, isTooMuch() {
            let newest = kept[kept.count - 1].step
            // The gap that a checkpoint's absence would leave, beside its distance from the end; the
            // first one goes last.
            let costs = (1..<max(kept.count - 2, 1)).map { index in
                Double(kept[index + 1].step - kept[index - 1].step)
                    / Double(newest - kept[index].step + 1)
            }
            let least = costs.indices.min { costs[$0] < costs[$1] }.map { $0 + 1 } ?? 0
            unlink(kept.remove(at: least).path)
        }
    }

    /// Gives a checkpoint that cannot be read a name under which it is none any more, with `.damaged`
    /// behind it, and returns the name that it had.
    ///
    /// - Throws: a `KalsaeError` where the system refuses.
    package static func setAside(_ entry: Entry) throws(KalsaeError) -> String {
        guard rename(entry.path, "\(entry.path).damaged") == 0 else {
            throw .system(entry.path, expected: "to rename it", code: errno)
        }
        return entry.path.split(separator: "/").last.map(String.init) ?? entry.path
    }

    private static let plain = "step-"
    private static let best = "best-"
    private static let suffix = ".safetensors"

    private func entry(_ name: String) -> Entry? {
        guard name.hasSuffix(Self.suffix) else { return nil }
        let isBest = name.hasPrefix(Self.best)
        guard isBest || name.hasPrefix(Self.plain),
            let step = Int(name.dropFirst(5).dropLast(Self.suffix.count))
        else { return nil }
        var status = stat()
        let file = "\(path)/\(name)"
        guard stat(file, &status) == 0 else { return nil }
        let time = Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) * 1e-9
        return Entry(
            step: step, isBest: isBest, path: file, time: time, bytes: Int(status.st_size))
    }
}
