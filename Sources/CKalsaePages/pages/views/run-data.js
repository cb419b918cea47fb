// A run with its curves, kept up to date by events.

import { api, runPath } from "../core/api.js";
import { parsed } from "../core/format.js";

const limit = 2000;

export class RunData {
    constructor(key, signal) {
        this.key = key;
        this.signal = signal;
        this.series = new Map();
        this.asked = new Map();
        this.early = new Map();
    }

    async load() {
        this.run = await api.get(runPath(this.key), {}, this.signal);
        return this.run;
    }

    /** Reads which checkpoints there are, which no event tells. */
    async loadCheckpoints() {
        const { checkpoints } = await api.get(runPath(this.key), {}, this.signal);
        this.run.checkpoints = checkpoints;
    }

    async loadEvents() {
        const answer = await api.get(runPath(this.key, "/events"), {}, this.signal);
        this.events = answer.events;
        this.commands = answer.commands;
    }

    get metricNames() {
        return this.run.metrics.map((metric) => metric.name);
    }

    metric(name) {
        return this.run.metrics.find((metric) => metric.name === name);
    }

    get begin() {
        return this.run.started ?? this.run.created;
    }

    /** Whether steps are the epochs of all candidates, as in the learning of a table. */
    get countsEpochs() {
        const losses = this.metricNames.filter((name) => /(^|\/)loss$/.test(name));
        return !losses.includes("loss") && !losses.includes("train/loss")
            && losses.some((name) => !/^(validation|test)\//.test(name));
    }

    /** Steps of an epoch as the last metric by epochs tells, else undefined. */
    get stepsPerEpoch() {
        const metric = this.metric("train/loss") ?? this.metric("validation/loss");
        return metric?.lastEpoch > 0 ? metric.lastStep / metric.lastEpoch : undefined;
    }

    /** The points of a metric, fetched once. */
    points(name) {
        if (!this.asked.has(name)) this.asked.set(name, this.fetch(name));
        return this.asked.get(name);
    }

    async fetch(name) {
        this.early.set(name, []);
        const answer = await api.get("/api/points", { run: this.key, metric: name, limit },
            this.signal);
        const series = {
            step: answer.step, epoch: answer.epoch, time: answer.time,
            value: answer.value.map(parsed),
        };
        this.series.set(name, series);
        // What was recorded while the answer was on its way.
        const early = this.early.get(name) ?? [];
        this.early.delete(name);
        for (const points of early) this.append(points);
        return series;
    }

    forget() {
        this.asked.clear();
    }

    /**
     * Adds points that were just recorded. A point hides those of the same and later steps that
     * were recorded before it, as after a roll back.
     */
    append(points) {
        const { metric, step, epoch, time, value } = points;
        if (step.length === 0) return true;
        const series = this.series.get(metric);
        this.early.get(metric)?.push(points);
        if (!series) return false;
        let count = series.step.length;
        while (count > 0 && series.step[count - 1] >= step[0]) count -= 1;
        for (const list of Object.values(series)) list.length = count;
        for (let index = 0; index < step.length; index += 1) {
            series.step.push(step[index]);
            series.epoch.push(epoch?.[index] ?? null);
            series.time.push(time?.[index] ?? null);
            series.value.push(parsed(value[index]));
        }
        if (series.step.length > 2 * limit) this.series.set(metric, thinned(series, limit));
        this.note(metric, step.at(-1), epoch?.at(-1), value.at(-1));
        return true;
    }

    /** Keeps the summary of a metric in step with its points. */
    note(name, step, epoch, value) {
        let metric = this.metric(name);
        if (!metric) {
            metric = { name, count: 0, low: value, lowStep: step, high: value, highStep: step };
            this.run.metrics.push(metric);
        }
        metric.count += 1;
        Object.assign(metric, { lastStep: step, lastEpoch: epoch, lastValue: value });
        const number = parsed(value);
        if (number < parsed(metric.low)) Object.assign(metric, { low: value, lowStep: step });
        if (number > parsed(metric.high)) Object.assign(metric, { high: value, highStep: step });
    }

    /** The x values of a series. */
    x(series, kind) {
        if (kind === "time") return series.time.map((time) => (time - this.begin) / 1000);
        if (kind === "epoch") {
            const each = this.stepsPerEpoch;
            return each ? series.step.map((step) => step / each) : series.epoch;
        }
        return series.step;
    }

    /** How far the curves that were read go. */
    end(kind) {
        return Math.max(...[...this.series.values()].map((one) => this.x(one, kind).at(-1) ?? -Infinity));
    }

    markX(event, kind) {
        return this.x({ step: [event.step], epoch: [0], time: [event.time] }, kind)[0];
    }
}

/** Of each stretch the points of the least and the greatest value. */
function thinned(series, most) {
    const size = Math.ceil((series.step.length * 2) / most);
    const kept = [];
    for (let from = 0; from < series.step.length; from += size) {
        let low = from;
        let high = from;
        for (let at = from; at < Math.min(series.step.length, from + size); at += 1) {
            if (!(series.value[at] >= series.value[low])) low = at;
            if (!(series.value[at] <= series.value[high])) high = at;
        }
        kept.push(...(low === high ? [low] : [low, high].sort((a, b) => a - b)));
    }
    return Object.fromEntries(Object.entries(series)
        .map(([name, list]) => [name, kept.map((index) => list[index])]));
}
