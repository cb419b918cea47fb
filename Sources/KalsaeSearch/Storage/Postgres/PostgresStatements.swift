/// The events of a study, each one statement and so one transaction and one way to the server and back.
enum PostgresStatements {
    typealias Statement = PostgresConnection.Statement

    static let openStudy = Statement(
        name: "kalsae_open_study",
        sql: """
            WITH made AS (INSERT INTO kalsae_studies (name, directions, space, changed) \
            VALUES ($1, $2::json, $3::json, pg_current_xact_id()) ON CONFLICT (name) DO NOTHING \
            RETURNING id, directions, space) \
            SELECT id, directions, space, true FROM made UNION ALL \
            SELECT id, directions, space, false FROM kalsae_studies WHERE name = $1
            """)

    /// The revision, the server's clock in milliseconds, and the space where it changed, before each
    /// changed trial; one row without a trial where none changed.
    static let changes = Statement(
        name: "kalsae_changes",
        sql: """
            SELECT s.revision, s.clock, s.space, \(columns), (SELECT string_agg(r.step || ' ' || \
            r.value, ',' ORDER BY r.position) FROM kalsae_reports r WHERE r.study = t.study AND \
            r.trial = t.number) FROM (SELECT id, pg_snapshot_xmin(pg_current_snapshot())::text AS \
            revision, (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS clock, CASE WHEN \
            changed >= $2::text::xid8 THEN space::text END AS space FROM kalsae_studies WHERE \
            id = $1::bigint) s LEFT JOIN kalsae_trials t ON t.study = s.id AND \
            t.changed >= $2::text::xid8 AND t.number BETWEEN $3::bigint AND $4::bigint \
            ORDER BY t.number
            """)

    /// The number; or -1 where the trial before it is not there.
    static let add = Statement(
        name: "kalsae_add",
        sql: """
            WITH made AS (INSERT INTO kalsae_trials (study, changed, number, state, parameters, \
            objectives, reason, space_version, started, ended, owner, leased_until, attempts, source, \
            run) SELECT $1::bigint, pg_current_xact_id(), $2::bigint, $3, $4::json, $5::json, $6, \
            $7::integer, $8::bigint, $9::bigint, $10, $11::bigint, $12::integer, $13, $14 \
            WHERE $2::bigint = 0 OR EXISTS (SELECT FROM kalsae_trials WHERE study = $1::bigint AND \
            number = $2::bigint - 1) ON CONFLICT DO NOTHING RETURNING study, number), \
            \(reports(of: "made", from: "0", steps: "$15", values: "$16")) SELECT number FROM made UNION ALL SELECT -1 WHERE \
            $2::bigint > 0 AND NOT EXISTS (SELECT FROM kalsae_trials WHERE study = $1::bigint AND \
            number = $2::bigint - 1)
            """)

    /// Trials up to a number that were lost with a server as failed ones, so that numbers go on.
    static let fill = Statement(
        name: "kalsae_fill",
        sql: """
            INSERT INTO kalsae_trials (study, changed, number, state, parameters, objectives, reason, \
            space_version, started, ended, owner, leased_until, attempts, source, run) \
            SELECT $1::bigint, pg_current_xact_id(), lost, 'failed', '{}', '[]', \
            'its beginning was lost with the server', 1, 0, 0, '', 0, 0, '', '' \
            FROM generate_series((SELECT coalesce(max(number) + 1, 0) FROM kalsae_trials WHERE \
            study = $1::bigint), $2::bigint - 1) AS lost ON CONFLICT DO NOTHING
            """)

    /// Durable where the last value says so.
    static let update = Statement(
        name: "kalsae_update",
        sql: """
            WITH own AS (UPDATE kalsae_trials SET changed = pg_current_xact_id(), state = $3, \
            parameters = $4::json, objectives = $5::json, reason = $6, space_version = $7::integer, \
            ended = $8::bigint, leased_until = $9::bigint, run = $10 WHERE study = $1::bigint AND \
            number = $2::bigint AND state = 'running' AND owner = $11 RETURNING study, number), \
            \(reports(of: "own", from: "$12", steps: "$13", values: "$14")) SELECT number, \
            set_config('synchronous_commit', $15, true) FROM own
            """)

    /// A trial that another worker claims at this moment is passed over.
    static let claim = Statement(
        name: "kalsae_claim",
        sql: """
            UPDATE kalsae_trials SET changed = pg_current_xact_id(), state = 'running', owner = $3, \
            started = CASE WHEN started = 0 THEN $4::bigint WHEN leased_until > started THEN \
            started + greatest(0, $4::bigint - leased_until) ELSE started END, \
            leased_until = $5::bigint, attempts = attempts + 1 WHERE study = $1::bigint AND \
            number = (SELECT number FROM kalsae_trials WHERE study = $1::bigint AND \
            number = $2::bigint AND (state = 'waiting' OR (state = 'running' AND \
            leased_until < $4::bigint)) FOR UPDATE SKIP LOCKED) RETURNING number
            """)

    static let renew = Statement(
        name: "kalsae_renew",
        sql: """
            UPDATE kalsae_trials SET changed = pg_current_xact_id(), leased_until = $4::bigint \
            WHERE study = $1::bigint AND number = ANY($2::bigint[]) AND owner = $3 AND \
            state = 'running'
            """)

    static let changeSpace = Statement(
        name: "kalsae_change_space",
        sql: """
            UPDATE kalsae_studies SET changed = pg_current_xact_id(), space = $2::json, \
            space_version = $3::integer WHERE id = $1::bigint AND space_version = $3::integer - 1 \
            RETURNING id
            """)

    /// One trial, to see what became of an event whose answer was lost.
    static let look = Statement(
        name: "kalsae_look",
        sql: """
            SELECT state, owner FROM kalsae_trials WHERE study = $1::bigint AND number = $2::bigint
            """)

    private static let columns = [
        "number", "state", "parameters", "objectives", "reason", "space_version", "started",
        "ended",
        "owner", "leased_until", "attempts", "source", "run",
    ].map { "t.\($0)" }.joined(separator: ", ")

    private static func reports(
        of trials: String, from first: String, steps: String, values: String
    ) -> String {
        """
        told AS (INSERT INTO kalsae_reports (study, trial, position, step, value) \
        SELECT \(trials).study, \(trials).number, \(first)::bigint + r.position - 1, r.step, r.value \
        FROM \(trials), unnest(\(steps)::bigint[], \(values)::double precision[]) \
        WITH ORDINALITY AS r (step, value, position) ON CONFLICT DO NOTHING)
        """
    }
}
