import KalsaeFiles
import KalsaeRuns
import KalsaeSupport
import Synchronization

/// Finds what answers a request.
final class Router: Sendable {
    let options: DashboardOptions
    let stores: StoreReaders
    let pages: Pages
    let programs: Programs
    let uploads: UploadFolder
    let port = Mutex(0)

    init(_ options: DashboardOptions, uploads: UploadFolder) {
        self.options = options
        self.uploads = uploads
        stores = StoreReaders(folder: options.folder)
        pages = Pages()
        programs = Programs(options)
    }

    /// How long an answer takes: each kind waits for others of its own alone.
    enum Effort: CaseIterable {
        /// A look into the store.
        case read
        /// A change of the store, which may wait for its lock.
        case change
        /// Another program, a model, or a second look at a process.
        case program
        /// A lesson: seconds, one at a time.
        case lesson

        /// Threads that give such answers.
        var threads: Int {
            switch self {
            case .read: 4
            case .change, .program: 2
            case .lesson: 1
            }
        }

        /// How many of them may be at work or wait.
        func limit(_ limits: ServerLimits) -> Int {
            switch self {
            case .read: limits.reads
            case .change: limits.changes
            case .program: limits.programs
            case .lesson: limits.lessons
            }
        }
    }

    static func effort(of request: DashboardRequest) -> Effort {
        let path = request.target.path
        let (first, last) = (path.dropFirst().first ?? "", path.last ?? "")
        if first == "lessons" { return .lesson }
        if ["uploads", "train", "search"].contains(first)
            || ["summary", "doctor", "predict", "importance", "system", "evaluation"]
                .contains(last)
        {
            return .program
        }
        return request.method == "GET" ? .read : .change
    }

    /// The answer to a request that was let in.
    func respond(to request: DashboardRequest) -> DashboardResponse {
        do {
            return try answer(request)
        } catch {
            return DashboardResponse(error: error)
        }
    }

    private func answer(_ request: DashboardRequest) throws -> DashboardResponse {
        let path = request.target.path
        if request.method == "GET", path.first != "api" {
            if let cookie = request.login, let token = options.token {
                return Pages.login(cookie: cookie, token: token)
            }
            return try pages.answer(path, for: request)
        }
        let rest = Array(path.dropFirst())
        switch (request.method, rest.first, rest.count) {
        case ("GET", "info", 1): return DashboardResponse(info())
        case ("GET", "runs", 1): return DashboardResponse(try runList(request))
        case ("GET", "points", 1): return DashboardResponse(try points(request))
        case ("GET", "stream", 1): return DashboardResponse(stream: try streamRequest(request))
        case ("GET", "studies", 1): return DashboardResponse(try studies())
        case (_, "runs", 2...3):
            return try answer(request, ofRun: rest[1], rest.count == 3 ? rest[2] : "")
        case (_, "studies", 2...3):
            return try answer(request, ofStudy: rest[1], rest.count == 3 ? rest[2] : "")
        case ("GET", "lessons", 1): return DashboardResponse(try lessonList(request))
        case ("GET", "lessons", 2): return DashboardResponse(try lesson(rest[1], request))
        case ("POST", "uploads", 1): return DashboardResponse(try takeUpload(request))
        case ("POST", "train", 1): return DashboardResponse(try train(request))
        case ("POST", "search", 1): return DashboardResponse(try search(request))
        default: throw HTTPFault(404, "path: expected one of the dashboard's, got another one")
        }
    }

    private func answer(
        _ request: DashboardRequest, ofRun key: String, _ part: String
    ) throws -> DashboardResponse {
        switch (request.method, part) {
        case ("GET", ""): DashboardResponse(try runDetails(key))
        case ("GET", "events"): DashboardResponse(try runEvents(key))
        case ("GET", "system"): DashboardResponse(try runSystem(key))
        case ("GET", "summary"): DashboardResponse(try runSummary(key, request))
        case ("GET", "doctor"): DashboardResponse(try runDoctor(key, request))
        case ("GET", "evaluation"): DashboardResponse(try runEvaluation(key, request))
        case ("POST", "commands"): DashboardResponse(try sendCommand(request, to: key))
        case ("POST", "predict"): DashboardResponse(try predict(request, with: key))
        case ("PATCH", ""): DashboardResponse(try changeRun(request, key))
        case ("DELETE", ""): DashboardResponse(try deleteRun(request, key))
        default: throw HTTPFault(404, "path: expected one of a run's, got another one")
        }
    }

    private func answer(
        _ request: DashboardRequest, ofStudy name: String, _ part: String
    ) throws -> DashboardResponse {
        switch (request.method, part) {
        case ("GET", ""): DashboardResponse(try study(name))
        case ("GET", "reports"): DashboardResponse(try studyReports(name))
        case ("GET", "importance"): DashboardResponse(try studyImportance(name))
        case ("POST", "actions"): DashboardResponse(try act(request, on: name))
        default: throw HTTPFault(404, "path: expected one of a study's, got another one")
        }
    }
}
