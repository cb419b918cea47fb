// A study's trials in the forms that its charts need.

import { api, studyPath } from "../core/api.js";
import { parsed } from "../core/format.js";
import { metricName, t } from "../core/words.js";

export class StudyData {
    constructor(name, signal) {
        this.name = name;
        this.signal = signal;
        this.reports = {};
        this.areReportsLoaded = false;
        this.objective = 0;
    }

    async load() {
        this.study = await api.get(studyPath(this.name), {}, this.signal);
        this.trials = [...this.study.trials].sort((a, b) => a.number - b.number);
    }

    async loadReports() {
        const answer = await api.get(studyPath(this.name, "/reports"), {}, this.signal);
        this.reports = answer.trials;
        this.areReportsLoaded = true;
    }

    async loadImportance() {
        this.importance = await api.get(studyPath(this.name, "/importance"), {}, this.signal);
    }

    update(trial) {
        const index = this.trials.findIndex((other) => other.number === trial.number);
        if (index < 0) this.trials.push(trial);
        else this.trials[index] = { ...this.trials[index], ...trial };
    }

    get directions() {
        return this.study.directions ?? ["minimize"];
    }

    get objectives() {
        const names = this.study.configuration?.objectives ?? [];
        return this.directions.map((_, index) => (names[index]
            ? metricName(names[index]) : `${t("value")} ${index + 1}`));
    }

    isLowBest(index = this.objective) {
        return this.directions[index] !== "maximize";
    }

    value(trial, index = this.objective) {
        const value = trial.objectives?.[index];
        return value === undefined ? NaN : parsed(value);
    }

    /** Whether a process has a trial, or is to take one. */
    get isSearching() {
        return this.trials.some((trial) => ["running", "waiting"].includes(trial.state));
    }

    get complete() {
        return this.trials.filter((trial) =>
            trial.state === "complete" && Number.isFinite(this.value(trial)));
    }

    isBetter(a, b, index = this.objective) {
        return this.isLowBest(index) ? a < b : a > b;
    }

    get best() {
        let best;
        for (const trial of this.complete) {
            if (!best || this.isBetter(this.value(trial), this.value(best))) best = trial;
        }
        return best;
    }

    /** Parameters as axes: [{name, kind, choices, at(trial)}]. */
    get parameters() {
        const declared = new Map((this.study.space?.parameters ?? []).map((one) => [one.name, one]));
        const names = [...new Set([...declared.keys(),
            ...this.trials.slice(-200).flatMap((trial) => Object.keys(trial.parameters ?? {}))])];
        return names.map((name) => this.axis(name, declared.get(name)));
    }

    axis(name, declared) {
        const values = this.trials.map((trial) => trial.parameters?.[name])
            .filter((value) => value !== undefined && value !== null);
        const isText = Boolean(declared?.choices) || values.some((value) => typeof value !== "number");
        if (isText) {
            const choices = [...new Set([...(declared?.choices ?? []), ...values].map(String))];
            return {
                name, kind: "linear", choices,
                at: (trial) => {
                    const value = trial.parameters?.[name];
                    return value === undefined || value === null ? NaN : choices.indexOf(String(value));
                },
            };
        }
        const positive = values.every((value) => value > 0);
        return {
            name, kind: declared?.scale === "log" && positive ? "log"
                : declared?.integer ? "integer" : "linear",
            range: declared?.real ?? declared?.integer, isInteger: Boolean(declared?.integer),
            at: (trial) => trial.parameters?.[name] ?? NaN,
        };
    }

    /** The trials that no other is better than in all objectives (Pareto). */
    front(indices) {
        const known = this.trials.filter((trial) => trial.state === "complete"
            && indices.every((index) => Number.isFinite(this.value(trial, index))));
        const [first, second] = indices;
        const sign = (index) => (this.isLowBest(index) ? 1 : -1);
        known.sort((a, b) => sign(first) * (this.value(a, first) - this.value(b, first))
            || sign(second) * (this.value(a, second) - this.value(b, second)));
        const front = [];
        let least = Infinity;
        for (const trial of known) {
            const value = sign(second) * this.value(trial, second);
            if (value < least) {
                least = value;
                front.push(trial);
            }
        }
        return front;
    }
}
