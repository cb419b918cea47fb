// The charts of a study. Each function gives a card and how to fill it anew.

import { BarChart } from "../charts/bars.js";
import { plain, swatchClass } from "../charts/colors.js";
import { ContourChart } from "../charts/contour.js";
import { figure } from "../charts/figure.js";
import { LineChart } from "../charts/line.js";
import { ScatterChart } from "../charts/scatter.js";
import { stateColors, TimelineChart } from "../charts/timeline.js";
import { h, show } from "../core/dom.js";
import { number, parsed, percent, setting } from "../core/format.js";
import { select } from "../core/parts.js";
import { t, tIf } from "../core/words.js";

const openRun = (trial) => (trial.run
    ? () => { location.hash = `#/runs/${encodeURIComponent(trial.run)}`; } : undefined);

function linesOf(data, trial) {
    return () => [
        h("div", { class: "at" }, `${t("trial")} ${trial.number}, ${
            tIf(`state.${trial.state}`, trial.state)}`),
        ...data.objectives.map((name, index) => h("div", { class: "row" }, h("span", {}, name),
            h("b", {}, number(data.value(trial, index))))),
        ...Object.entries(trial.parameters ?? {}).slice(0, 10).map(([name, value]) =>
            h("div", { class: "row at" }, h("span", {}, name), h("b", {}, setting(value, 4)))),
    ];
}

export function historyChart(data) {
    const chart = new ScatterChart({
        label: t("study.history"), xLabel: t("trial"), xKind: "integer", yLabel: data.objectives[data.objective],
    });
    const card = figure(t("study.history"), chart);
    return { card, chart, fill() {
        const best = { x: [], y: [], class: "best-line" };
        let least;
        chart.points = [];
        for (const trial of data.trials) {
            const value = data.value(trial);
            if (!Number.isFinite(value)) continue;
            const isComplete = trial.state === "complete";
            chart.points.push({
                x: trial.number, y: value, color: isComplete ? 0 : plain, kind: trial.state,
                lines: linesOf(data, trial), open: openRun(trial),
            });
            if (!isComplete) continue;
            if (least !== undefined) {
                best.x.push(trial.number);
                best.y.push(least);
            }
            if (least === undefined || data.isBetter(value, least)) least = value;
            best.x.push(trial.number);
            best.y.push(least);
        }
        chart.lines = [best];
        const top = data.best;
        card.setNote(top ? t("study.best", { value: number(data.value(top)), trial: top.number }) : "");
        chart.schedule();
    } };
}

export function importanceChart(data) {
    const chart = new BarChart({
        label: t("study.importance"), text: (share) => percent(share, 0), valueName: t("share"),
    });
    const card = figure(t("study.importance"), chart);
    return { card, chart, fill() {
        const shares = data.importance?.parameters ?? [];
        const { reason, needed } = data.importance ?? {};
        card.setNote(needed ? t("study.importance.few", { needed, count: data.complete.length })
            : reason ?? (shares.length ? "" : "–"));
        chart.bars = [...shares].sort((a, b) => b.share - a.share)
            .map((one) => ({ name: one.name, value: one.share }));
        chart.schedule();
    } };
}

export function reportsChart(data) {
    const chart = new LineChart({
        label: t("study.reports"), xLabel: t("epoch"), xKind: "integer", height: 230, isFirstOnTop: true,
    });
    const card = figure(t("study.reports"), chart, { isSpan: true });
    return { card, chart, fill() {
        const best = data.best?.number;
        const rank = (trial) => (trial.number === best ? -1 : data.isLowBest() ? 1 : -1)
            * (data.value(trial) || 0) + (trial.number === best ? -1e9 : 0);
        chart.series = data.trials.filter((trial) => data.reports[trial.number]).slice(-200)
            .sort((a, b) => rank(a) - rank(b))
            .map((trial) => ({
                name: `${t("trial")} ${trial.number}`,
                color: trial.number === best ? 1 : trial.state === "pruned" ? plain : 5,
                dash: trial.state === "pruned" ? "3 3" : "",
                x: data.reports[trial.number].step,
                y: data.reports[trial.number].value.map(parsed),
            }));
        card.setNote(best === undefined ? "" : t("study.best.line", { trial: best }));
        // Trials that are judged by their end alone have none.
        card.element.hidden = data.areReportsLoaded && chart.series.length === 0;
        chart.schedule();
    } };
}

export function sliceChart(data, axis) {
    const chart = new ScatterChart({
        label: `${t("study.slice")}: ${axis.name}`, xKind: axis.kind, choices: axis.choices,
        xLabel: axis.name, yLabel: data.objectives[data.objective], height: 200,
    });
    const card = figure(axis.name, chart, { note: t("study.slice.note") });
    return { card, chart, fill() {
        const newest = Math.max(1, data.trials.length - 1);
        chart.points = data.complete.map((trial) => ({
            x: axis.at(trial), y: data.value(trial),
            kind: trial.number > newest * 0.66 ? "new" : trial.number > newest * 0.33 ? "middle" : "old",
            lines: linesOf(data, trial), open: openRun(trial),
        }));
        chart.schedule();
    } };
}

export function contourChart(data) {
    const chosen = [0, 1];
    const chart = new ContourChart({ label: t("study.contour"), xLabel: " ", yLabel: " " });
    const pick = (side) => select(side ? t("axis.y") : t("axis.x"),
        data.parameters.map((axis, index) => [String(index), axis.name]), String(chosen[side]),
        (value) => {
            chosen[side] = Number(value);
            fill();
        });
    const card = figure(t("study.contour"), chart, {
        isSpan: true, note: t("study.contour.note"), tools: [pick(0), pick(1)],
    });
    function fill() {
        const axes = data.parameters;
        const [x, y] = chosen.map((index) => axes[index]);
        if (!x || !y) return;
        Object.assign(chart, {
            label: `${t("study.contour")}: ${x.name}, ${y.name}`, xKind: x.kind, yKind: y.kind,
            choices: x.choices, yChoices: y.choices, xLabel: x.name, yLabel: y.name,
            isLowBest: data.isLowBest(), valueLabel: data.objectives[data.objective],
            points: data.complete.map((trial) => ({
                x: x.at(trial), y: y.at(trial), value: data.value(trial), color: plain, radius: 2.6,
                lines: linesOf(data, trial), open: openRun(trial),
            })),
        });
        chart.schedule();
    }
    return { card, chart, fill };
}

export function paretoChart(data) {
    const chart = new ScatterChart({
        label: t("study.pareto"), xLabel: data.objectives[0], yLabel: data.objectives[1], height: 300,
    });
    const card = figure(t("study.pareto"), chart, { isSpan: true });
    return { card, chart, fill() {
        const front = data.front([0, 1]);
        const members = new Set(front.map((trial) => trial.number));
        chart.points = data.trials.filter((trial) => trial.state === "complete").map((trial) => ({
            x: data.value(trial, 0), y: data.value(trial, 1), color: members.has(trial.number) ? 1 : 0,
            radius: members.has(trial.number) ? 4.5 : 3, lines: linesOf(data, trial),
            open: openRun(trial),
        }));
        chart.lines = [{
            x: front.map((trial) => data.value(trial, 0)),
            y: front.map((trial) => data.value(trial, 1)), class: "best-line",
        }];
        card.setNote(t("study.front", { count: front.length }));
        chart.schedule();
    } };
}

export function timelineChart(data) {
    const chart = new TimelineChart({ label: t("study.timeline") });
    const key = h("ul", { class: "legend" }, Object.entries(stateColors).map(([state, color]) =>
        h("li", {}, h("i", { class: swatchClass(color) }), t(`state.${state}`))));
    const card = figure(t("study.timeline"), chart, { isSpan: true, below: key });
    return { card, chart, fill() {
        chart.bars = data.trials.filter((trial) => trial.started).slice(-1500).map((trial) => ({
            name: `${t("trial")} ${trial.number}`, from: trial.started,
            to: trial.ended || Date.now(), state: trial.state, open: openRun(trial),
            owner: trial.owner ?? "",
        }));
        const count = new Set(chart.bars.map((bar) => bar.owner)).size;
        card.setNote(t("study.workers", { count }));
        chart.schedule();
    } };
}
