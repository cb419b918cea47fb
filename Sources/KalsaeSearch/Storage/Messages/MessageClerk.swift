import KalsaeFiles
import KalsaeSupport

/// Carries out the requests of workers on the studies that it has.
struct MessageClerk {
    private let studies: any StudyCatalog
    private let size: Int
    /// One for each that a worker opened, and the mirror of its study.
    private var storages: [(storage: any StudyStorage, mirror: Int)] = []
    private var mirrors: [StudyMirror] = []
    /// The mirror of each study.
    private var mirrorsByName: [String: Int] = [:]
    /// Whether workers may go, once all want to.
    var mayLeave = false
    /// The ranks that want to leave, and those that were told that they may.
    private(set) var leaving: Set<Int> = []
    private var gone: Set<Int> = []
    /// Seconds of the longest lease that was asked for.
    private(set) var longestLease = 0.0

    init(_ studies: any StudyCatalog, size: Int) { (self.studies, self.size) = (studies, size) }

    var allHaveLeft: Bool { gone.count == size - 1 }

    /// The answer to a request, and its tag; throws where that one cannot be read.
    mutating func answer(
        to request: [UInt8], of rank: Int, clock: Int
    ) throws(KalsaeError) -> (tag: Int, bytes: [UInt8]) {
        var reader = MessageReader(request)
        let tag = try reader.integer()
        guard MessageTag.answers.contains(tag) else {
            throw MessageReader.wrong("the tag of an answer", "\(tag)")
        }
        var answer = MessageWriter()
        answer.put(clock)
        answer.put(true)
        do throws(KalsaeError) {
            try carryOut(&reader, of: rank, clock, &answer)
        } catch {
            answer = MessageWriter()
            answer.put(clock)
            answer.put(false)
            answer.put(error)
        }
        return (tag, answer.bytes)
    }

    private mutating func carryOut(
        _ reader: inout MessageReader, of rank: Int, _ clock: Int, _ answer: inout MessageWriter
    ) throws(KalsaeError) {
        let code = try reader.byte()
        guard let call = MessageCall(rawValue: code) else {
            throw MessageReader.wrong("a request", "\(code)")
        }
        let number = try reader.integer()
        switch call {
        case .names: answer.put(each: try studies.studyNames()) { $0.put($1) }
        case .configuration: answer.put(try studies.studyConfiguration(try reader.text()).text)
        case .configure:
            let name = try reader.text()
            try studies.setStudyConfiguration(
                name, to: JSONValue(parsing: try reader.text(), subject: "study \(name)"))
        case .storage:
            let study = try reader.study()
            let storage = try studies.storage(of: study)
            if mirrorsByName[study.name] == nil {
                mirrorsByName[study.name] = mirrors.count
                mirrors.append(StudyMirror(study.name, storage))
            }
            storages.append((storage, mirrorsByName[study.name] ?? 0))
            answer.put(storages.count - 1)
        case .leave:
            leaving.insert(rank)
            let isOver = mayLeave && leaving.count == size - 1
            if isOver { gone.insert(rank) }
            answer.put(isOver)
        case .open, .changes, .add, .update, .claim, .renew, .change:
            guard storages.indices.contains(number) else {
                throw MessageReader.wrong("a study that was opened", "number \(number)")
            }
            try carryOut(
                call, on: storages[number].storage, storages[number].mirror, &reader, clock,
                &answer)
        }
    }

    private mutating func carryOut(
        _ call: MessageCall, on storage: any StudyStorage, _ mirror: Int,
        _ reader: inout MessageReader, _ clock: Int, _ answer: inout MessageWriter
    ) throws(KalsaeError) {
        switch call {
        case .open: answer.put(try storage.open(try reader.study())) { $0.put($1) }
        case .changes:
            try mirrors[mirror].putChanges(
                since: reader.integer(), from: reader.integer(), to: &answer)
        case .add, .update:
            let trial = try reader.trial(offset: 0)
            note(trial.leasedUntil, clock)
            let revision = try mirrors[mirror].write(trial, isNew: call == .add)
            answer.put(revision) { $0.put($1) }
        case .claim:
            let (number, owner) = (try reader.integer(), try reader.text())
            let (now, until) = (try reader.integer(), try reader.integer())
            note(until, clock)
            let trial = try storage.claim(number, for: owner, now: now, until: until)
            answer.put(trial) { $0.put($1, offset: 0) }
        case .renew:
            let numbers = try reader.array { reader throws(KalsaeError) in try reader.integer() }
            try storage.renew(numbers, of: try reader.text(), until: try reader.integer())
        case .change: answer.put(try storage.change(to: try reader.space()))
        case .names, .configuration, .configure, .storage, .leave: break
        }
    }

    /// Notes how long a worker that has a trial may be silent.
    private mutating func note(_ until: Int, _ clock: Int) {
        guard until > clock, until < .max / 2 else { return }
        longestLease = max(longestLease, Double(until - clock) / 1000)
    }
}
