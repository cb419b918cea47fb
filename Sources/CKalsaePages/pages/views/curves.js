// The curves of one run or of several, with one x axis, and how they are drawn.

import { plain } from "../charts/colors.js";
import { figure, legend } from "../charts/figure.js";
import { ChartGroup } from "../charts/group.js";
import { LineChart } from "../charts/line.js";
import { eachFrame, h, show } from "../core/dom.js";
import { number } from "../core/format.js";
import { keep, kept } from "../core/kept.js";
import { check, segmented } from "../core/parts.js";
import { metricName, t } from "../core/words.js";
import { chartGroups } from "./chart-groups.js";

const dashes = ["", "6 3", "2 2.5", "8 3 2 3"];

export class Curves {
    /** `runs`: of RunData; `marks()`: events for the time axis of the first. */
    constructor(runs, { marks = () => [] } = {}) {
        this.runs = runs;
        this.marks = marks;
        this.group = new ChartGroup();
        this.look = { x: "step", xLog: false, yLog: false, smoothing: 0, ...kept("curves", {}) };
        this.grid = h("div", { class: "grid" });
        this.parts = [];
        this.refreshSoon = eachFrame(() => this.refresh());
        this.element = h("div", {}, this.bar(), this.grid);
        this.build();
    }

    bar() {
        const change = (values) => {
            Object.assign(this.look, values);
            keep("curves", this.look);
            if ("x" in values || "xLog" in values) this.group.setZoom(undefined);
            this.refresh();
        };
        const percent = h("output", {}, this.look.smoothing.toFixed(2));
        const slider = h("input", {
            type: "range", min: 0, max: 0.99, step: 0.01, value: this.look.smoothing,
            "aria-label": t("smoothing"),
            oninput: () => {
                percent.textContent = Number(slider.value).toFixed(2);
                change({ smoothing: Number(slider.value) });
            },
        });
        const reset = h("button", {
            class: "small", hidden: true, onclick: () => this.group.setZoom(undefined),
        }, t("zoom.reset"));
        this.group.onZoom = (domain) => { reset.hidden = !domain; };
        return h("div", { class: "chart-bar" },
            segmented(t("axis"), ["step", "epoch", "time"].map((kind) => [kind, t(kind)]),
                this.look.x, (x) => change({ x })),
            check(t("log.x"), this.look.xLog, (xLog) => change({ xLog })),
            check(t("log.y"), this.look.yLog, (yLog) => change({ yLog })),
            h("label", {}, t("smoothing"), slider, percent), reset,
            h("span", { class: "muted hint" }, t("chart.hint")));
    }

    get areTables() { return this.runs.every((data) => data.countsEpochs); }

    get metrics() {
        const found = new Map();
        for (const data of this.runs) {
            for (const metric of data.run.metrics) {
                const count = Math.max(metric.count, found.get(metric.name)?.count ?? 0);
                found.set(metric.name, { name: metric.name, count });
            }
        }
        return [...found.values()];
    }

    /** Makes the charts anew where there are other metrics than before. */
    build() {
        const groups = chartGroups(this.metrics, this.areTables);
        const sign = groups.map((group) => group.names.join()).join(";");
        if (sign === this.sign) return;
        this.sign = sign;
        for (const part of this.parts) this.group.remove(part.chart);
        this.parts = groups.map((group) => this.part(group));
        show(this.grid, this.parts.map((part) => part.card.element));
        this.refresh();
    }

    part(group) {
        const isRate = group.title === "rate";
        const chart = new LineChart({
            label: metricName(group.title), height: isRate ? 120 : group.isSpan ? 300 : 210, group: this.group,
            showsPoints: true, isAligned: isRate || group.isSpan,
        });
        const names = legend(chart);
        const card = figure(metricName(group.title), chart, {
            isSpan: group.isSpan || isRate, below: names.element,
        });
        const part = { ...group, chart, card, legend: names };
        for (const data of this.runs) {
            for (const name of group.names) {
                if (!data.metric(name)) continue;
                data.points(name).then(this.refreshSoon, (error) => {
                    if (error.name !== "AbortError") card.setNote(error.message);
                });
            }
        }
        return part;
    }

    refresh() {
        for (const part of this.parts) this.fill(part);
    }

    fill(part) {
        const { chart } = part;
        const isOne = this.runs.length === 1;
        const wasHidden = new Set(chart.series.filter((one) => one.isHidden).map((one) => one.name));
        const isNew = chart.series.length === 0;
        const series = [];
        this.runs.forEach((data, at) => part.names.forEach((name, index) => {
            const points = data.series.get(name);
            if (!points) return;
            const title = isOne ? metricName(name)
                : part.names.length === 1 ? data.run.name : `${data.run.name} ${metricName(name)}`;
            series.push({
                name: title, color: isOne ? colorOf(name, part.names) : at,
                dash: isOne ? "" : dashes[(index + Math.floor(at / 7)) % 4], x: data.x(points, this.look.x),
                y: points.value, isHidden: wasHidden.has(title)
                    || (isNew && !isOne && name === "loss" && part.names.length > 1),
                end: data.end(this.look.x), isSteps: name === "rate" || name === "compilations", isFaint: isOne && name === "loss" && Boolean(part.gap),
            });
        }));
        chart.series = series;
        chart.gap = isOne ? part.gap : undefined;
        chart.marks = isOne ? this.marks(this.look.x) : [];
        chart.smoothing = this.look.smoothing;
        // The steps of the learning of a table are epochs.
        const areEpochs = this.look.x === "step" && this.areTables;
        chart.xLabel = t(areEpochs ? "epoch" : this.look.x);
        const counts = this.look.x === "time" ? "time" : "integer";
        chart.xKind = this.look.xLog ? "log" : counts;
        chart.yKind = this.look.yLog ? "log" : "linear";
        const sign = series.map((one) => one.name).join();
        if (sign !== part.sign) part.legend.update();
        part.sign = sign;
        if (isOne && part.gap) part.card.setNote(this.gapText(part.gap));
        chart.schedule();
    }

    gapText([a, b]) {
        const ends = [a, b].map((name) => this.runs[0].metric(name));
        if (!ends.every((end) => end && typeof end.lastValue === "number")) return "";
        return t("gap", {
            value: number(ends[1].lastValue - ends[0].lastValue, 3), step: ends[1].lastStep,
        });
    }

    end() {
        this.group.end();
    }
}

/** Training and validation have the same color on every chart of one run, others one of their own. */
export function colorOf(name, names) {
    const fixed = (one) => (one === "loss" ? plain : one.startsWith("train/") ? 0
        : one.startsWith("validation/") ? 1 : undefined);
    if (fixed(name) !== undefined) return fixed(name);
    const taken = names.map(fixed);
    const free = [...Array(names.length + 2).keys()].filter((color) => !taken.includes(color));
    return free[names.filter((one) => fixed(one) === undefined).indexOf(name)];
}
