import KalsaeFiles
import KalsaeRuns
import KalsaeSearch
import KalsaeSupport

extension Router {
    /// `/api/studies`.
    func studies() throws -> JSONValue {
        guard Store.exists(in: options.folder) else { return ["studies": []] }
        return try stores.read { store in
            [
                "studies": .array(
                    try store.studyOverviews().map { study in
                        [
                            "name": .string(study.name), "created": .integer(study.created),
                            "directions": .array(study.directions.map { .string($0) }),
                            "trials": .integer(study.trials),
                            "states": .object(
                                study.states.map { .init($0.name, .integer($0.count)) }),
                            "best": study.best.map {
                                ["number": .integer($0.number), "objectives": $0.objectives]
                            } ?? .null,
                        ]
                    })
            ]
        }
    }

    /// `/api/studies/NAME`.
    func study(_ name: String) throws -> JSONValue {
        try stores.read { store in
            let study = try OpenStudy(name, in: store).study
            return [
                "name": .string(name),
                "directions": .array(study.directions.map { .string($0.rawValue) }),
                "space": study.space.json,
                "configuration": try store.studyConfiguration(name),
                "trials": .array(try study.trials().map { StudyJSON.trial($0) }),
            ]
        }
    }

    /// `/api/studies/NAME/reports`.
    func studyReports(_ name: String) throws -> JSONValue {
        try stores.read { store in
            let trials = try OpenStudy(name, in: store).study.trials()
            let members = trials.filter { !$0.reports.isEmpty }.map { trial in
                JSONValue.Member(
                    "\(trial.number)",
                    [
                        "step": .array(trial.reports.map { .integer($0.step) }),
                        "value": .array(trial.reports.map(\.value.json)),
                    ])
            }
            return ["trials": .object(members)]
        }
    }

    /// `/api/studies/NAME/importance`.
    func studyImportance(_ name: String) throws -> JSONValue {
        try stores.read { store in
            let study = try OpenStudy(name, in: store).study
            do {
                return [
                    "parameters": .array(
                        try study.importance().map {
                            ["name": .string($0.parameter), "share": .number($0.share)]
                        })
                ]
            } catch let error as KalsaeError {
                let count = try study.trials().count { $0.state == .complete }
                return [
                    "reason": .string(error.description),
                    "needed": count < ImportanceMethod.fewest
                        ? .integer(ImportanceMethod.fewest) : .null,
                ]
            }
        }
    }

    /// `POST /api/studies/NAME/actions`.
    func act(_ request: DashboardRequest, on name: String) throws -> JSONValue {
        let body = try request.json()
        switch body["action"]?.string {
        case "extend": return try extend(name, by: body)
        case "stop": return try stopSearch(name)
        case "kill": return try kill(body, of: name)
        case "narrow": return try narrow(name, to: body)
        case "fork": return try fork(name, as: body)
        default:
            throw HTTPFault(400, "action: expected extend, stop, kill, narrow or fork")
        }
    }
}
