import Glibc
import KalsaeSupport
import Synchronization

/// The one thread on which plans run that use more than one core.
///
/// OpenMP keeps a team of threads for every thread that enters it: plans run from the cooperative
/// pool would make teams that fight for the cores. As a serial executor it also carries whole
/// training loops, so that their plans start at once.
public final class ComputeThread: SerialExecutor {
    private enum Work {
        case job(UnownedJob)
        case call(CallRecord)
    }

    /// The one there is.
    public static let shared = ComputeThread()

    /// How many threads a plan may use: the flag's number, else one per core that this process has.
    public static var threadCount: Int {
        let wanted = EnvironmentFlag.threads.integer
        return wanted > 0 ? min(wanted, 1024) : Cores.available
    }

    private let queue = Mutex<[Work]>([])
    private let hasCalls = Atomic<Bool>(false)
    private let waitingJobs = Atomic<Int>(0)
    private let wakeUp = Semaphore()
    private nonisolated(unsafe) var thread = pthread_t()
    /// False where the system gave no thread: then whoever calls does the work.
    private nonisolated(unsafe) var isRunning = false

    private init() {
        let context = Unmanaged.passUnretained(self).toOpaque()
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        // Room for the kernels of oneDNN and for deep Swift calls alike.
        for stack in [16 << 20, 2 << 20] where !isRunning {
            pthread_attr_setstacksize(&attributes, stack)
            let code = pthread_create(
                &thread, &attributes,
                { context in
                    if let context {
                        Unmanaged<ComputeThread>.fromOpaque(context).takeUnretainedValue().loop()
                    }
                    return nil
                }, context)
            isRunning = code == 0
        }
        pthread_attr_destroy(&attributes)
        if !isRunning {
            Notice.say(
                "no memory for a thread to compute on; whoever asks for numbers computes them")
        }
    }

    /// Whether the caller runs on this thread.
    public var isCurrent: Bool { pthread_equal(pthread_self(), thread) != 0 }

    /// Runs `body` here and waits for it.
    public func sync<Result>(_ body: () throws(KalsaeError) -> Result) throws(KalsaeError) -> Result
    {
        if isCurrent || !isRunning { return try body() }
        var result: Swift.Result<Result, KalsaeError>?
        withoutActuallyEscaping({
            do throws(KalsaeError) {
                result = .success(try body())
            } catch {
                result = .failure(error)
            }
        }) { escaping in
            let record = CallRecord(body: escaping)
            queue.withLock { $0.append(.call(record)) }
            hasCalls.store(true, ordering: .releasing)
            wakeUp.signal()
            record.done.wait()
            record.finish()
        }
        guard let result else {
            throw KalsaeError("compute thread", expected: "a result", got: "none")
        }
        return try result.get()
    }

    /// Runs calls that wait: a long loop on this thread calls it between its steps.
    public func runWaitingCalls() {
        guard hasCalls.load(ordering: .acquiring) else { return }
        let calls = queue.withLock { queue -> [CallRecord] in
            hasCalls.store(false, ordering: .relaxed)
            var calls: [CallRecord] = []
            queue.removeAll { work in
                guard case .call(let record) = work else { return false }
                calls.append(record)
                return true
            }
            return calls
        }
        for call in calls { call.run() }
    }

    /// Takes a job of an actor whose executor this is.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        guard isRunning else { return job.runSynchronously(on: asUnownedSerialExecutor()) }
        waitingJobs.add(1, ordering: .relaxed)
        queue.withLock { $0.append(.job(job)) }
        wakeUp.signal()
    }

    /// Whether an actor of this thread waits for its turn: a long loop yields between its steps.
    public var hasWaitingJobs: Bool { waitingJobs.load(ordering: .relaxed) > 0 }

    private func loop() {
        while true {
            wakeUp.wait()
            let work = queue.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            switch work {
            case .job(let job):
                waitingJobs.subtract(1, ordering: .relaxed)
                job.runSynchronously(on: asUnownedSerialExecutor())
            case .call(let call): call.run()
            case nil: continue
            }
        }
    }
}

/// A call that another thread waits for.
private final class CallRecord: Sendable {
    private nonisolated(unsafe) var body: (() -> Void)?
    let done = Semaphore()

    init(body: @escaping () -> Void) { self.body = body }

    func run() {
        invoke()
        done.signal()
    }

    /// Not inlined, so that its hold on the closure surely ends before the caller is woken.
    @inline(never)
    private func invoke() { body?() }

    /// Lets go of the closure, which must not outlive the caller's frame.
    func finish() { body = nil }
}

/// A counting semaphore of the C library.
private final class Semaphore: Sendable {
    private nonisolated(unsafe) let handle: UnsafeMutablePointer<sem_t>

    init() {
        handle = .allocate(capacity: 1)
        sem_init(handle, 0, 0)
    }

    deinit {
        sem_destroy(handle)
        handle.deallocate()
    }

    func signal() { sem_post(handle) }

    func wait() {
        while sem_wait(handle) != 0 {}
    }
}
