extension HostileTarget {
    /// Bodies that are no JSON, or not what is asked for.
    var bodies: [HostileRequest] {
        let deep = String(repeating: "[", count: 200_000)
        let bodies = [
            "", "{", "}", "[]", "null", "1", "\"a\"", "{\"verb\":}", "{\"verb\":\"stop\",}",
            "{'verb':'stop'}", "{\"verb\":\"stop\"}{}", "{\"verb\":\"stop\",\"verb\":\"pause\"}",
            "{\"verb\":1}", "{\"verb\":\"none\"}", "{\"verb\":\"stop\",\"data\":1}",
            "{\"verb\":\"set\",\"data\":[]}", "{\"verb\":\"\\ud800\"}", "{\"verb\":\"a\u{1}\"}",
            "{\"a\":1e999}", "NaN", "verb=stop", "<a/>", deep, "{\"a\":" + deep,
        ]
        return bodies.map {
            HostileRequest(
                "body \($0.prefix(30))", request("POST", "/api/runs/\(run)/commands", body: $0))
        } + [
            HostileRequest(
                "a body of 2 MB",
                request(
                    "POST", "/api/runs/\(run)/commands",
                    body: "{\"verb\":\"\(String(repeating: "a", count: 2_000_000))\"}")),
            HostileRequest(
                "a body without UTF-8",
                bytes: Array(
                    "POST /api/runs/\(run)/commands HTTP/1.1\r\nHost: \(host)\r\nX-Kalsae: 1\r\n"
                        .utf8)
                    + Array("Content-Type: application/json\r\nContent-Length: 4\r\n\r\n".utf8)
                    + [0x22, 0xff, 0xfe, 0x22]),
            HostileRequest(
                "a command to no run",
                request("POST", "/api/runs/zzzzzzzzzz/commands", body: #"{"verb":"stop"}"#)),
        ]
            + [
                "{}", "{\"key\":\"x\"}", "{\"name\":1}", "{\"name\":\"\"}", "{\"name\":\"run-1\"}",
                "{\"tags\":\"a\"}", "{\"tags\":[1]}", "{\"tags\":[\"\"]}", "{\"note\":{}}",
                "{\"name\":\"a\",\"state\":\"finished\"}",
            ].map { (body: String) in
                HostileRequest("change \(body)", request("PATCH", "/api/runs/\(run)", body: body))
            }
    }

    /// Values of queries that are out of range.
    var values: [HostileRequest] {
        let list = [
            "limit=0", "limit=-1", "limit=1001", "limit=a", "limit=99999999999999999999",
            "offset=-1", "offset=1.5", "sort=none", "sort=metric", "order=up", "order=asc,asc",
        ].map { "/api/runs?\($0)" }
        let points = [
            "", "run=\(run)", "metric=loss", "run=none&metric=loss", "run=\(run)&metric=none",
            "run=\(run)&metric=loss&limit=1", "run=\(run)&metric=loss&limit=1000000",
            "run=\(run)&metric=loss&from=9&to=1", "run=\(run)&metric=loss&from=x",
            "run=\(run)&metric=loss%00",
        ].map { "/api/points?\($0)" }
        let many = (0..<200).map { "\($0)" }.joined(separator: ",")
        let streams = ["/api/stream?runs=\(many)", "/api/stream?runs=\(many)x&runs=2"]
        return (list + points + streams).map { HostileRequest("query \($0)", request("GET", $0)) }
            + [
                HostileRequest(
                    "deletion with an odd word",
                    request("DELETE", "/api/runs/\(run)?files=2", body: "")),
                HostileRequest(
                    "deletion of a run that trains",
                    request("DELETE", "/api/runs/\(run)?files=1", body: "")),
                HostileRequest(
                    "an action on no study",
                    request("POST", "/api/studies/none/actions", body: #"{"action":"stop"}"#)),
                HostileRequest(
                    "an unknown action", request("POST", "/api/studies/none/actions", body: "{}")),
            ]
    }

    /// Uploads and trainings that lead elsewhere; the server of the test has no program to start.
    var uploads: [HostileRequest] {
        let names = [
            "", "a", "../a.csv", "..%2f..%2fa.csv", "%2fetc%2fpasswd.csv", "a%00.csv", ".csv",
            "-a.csv", "a.sh", "a.csv%0a", "a;b.csv", "$(x).csv", "`x`.csv", "a.csv/b",
            String(repeating: "a", count: 200) + ".csv", "%ff.csv",
        ]
        let kind = ["Content-Type: application/octet-stream", "X-Kalsae: 1"]
        return names.map {
            HostileRequest(
                "upload \($0.prefix(30))",
                request(
                    "POST", "/api/uploads?name=\($0)", headers: kind, body: "a,b\n1,2\n",
                    isMarked: false))
        } + [
            HostileRequest(
                "an upload of 3 MB",
                request(
                    "POST", "/api/uploads?name=a.csv", headers: kind,
                    body: String(repeating: "1,2\n", count: 750_000), isMarked: false)),
            HostileRequest(
                "an upload that says it has 1 TB",
                "POST /api/uploads?name=a.csv HTTP/1.1\r\nHost: \(host)\r\nX-Kalsae: 1\r\n"
                    + "Content-Type: application/octet-stream\r\nContent-Length: 1099511627776\r\n\r\n"
            ),
        ]
            + [
                "{}", "{\"upload\":\"../../secret.txt\"}", "{\"upload\":\"/etc/passwd\"}",
                "{\"upload\":\"0123456789abcdef\"}", "{\"set\":\"/etc/passwd\"}", "{\"set\":1}",
                "{\"set\":\"iris\",\"options\":{\"output\":\"/tmp/x\"}}",
                "{\"set\":\"iris\",\"options\":{\"network\":\"/etc/passwd\"}}",
                "{\"set\":\"iris\",\"options\":{\"epochs\":\"1 --output=x\"}}",
                "{\"set\":\"iris\",\"options\":{\"--output\":\"x\"}}",
                "{\"set\":\"iris\",\"options\":{\"epochs\":[1]}}",
            ].map { (body: String) in
                HostileRequest("training \(body)", request("POST", "/api/train", body: body))
            }
    }
}
