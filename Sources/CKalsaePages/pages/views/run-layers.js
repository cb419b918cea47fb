// Gradients and updates layer by layer: sizes at a step, and their way over the steps.

import { BarChart } from "../charts/bars.js";
import { nearest } from "../charts/curve.js";
import { figure, legend } from "../charts/figure.js";
import { ChartGroup } from "../charts/group.js";
import { LineChart } from "../charts/line.js";
import { h } from "../core/dom.js";
import { number } from "../core/format.js";
import { t } from "../core/words.js";

const kinds = ["gradient", "update"];

const namesOf = (data, kind) =>
    data.metricNames.filter((name) => name.startsWith(`${kind}/`));

export function hasLayers(data) {
    return kinds.some((kind) => namesOf(data, kind).length > 0);
}

export function layersPage(data, signal) {
    const group = new ChartGroup();
    const bars = [];
    const slider = h("input", {
        type: "range", min: 0, max: 1000, value: 1000, class: "wide-slider",
        "aria-label": t("step"), oninput: () => drawBars(),
    });
    const output = h("output", {});
    const grid = h("div", { class: "grid" });

    for (const kind of kinds) {
        const names = namesOf(data, kind);
        if (names.length === 0) continue;
        const title = t(`layers.${kind}`);
        const chart = new BarChart({ label: title, kind: "log" });
        const lines = new LineChart({
            label: `${title}, ${t("by.step")}`, group, yKind: "log", xLabel: t("step"), height: 260,
        });
        const key = legend(lines);
        bars.push({ chart, names, kind });
        grid.append(figure(`${title}, ${t("by.layer")}`, chart).element,
            figure(`${title}, ${t("by.step")}`, lines, { below: key.element }).element);
        Promise.all(names.map((name) => data.points(name))).then((all) => {
            lines.series = all.map((points, index) => ({
                name: names[index].slice(kind.length + 1), color: index,
                dash: index >= 7 ? "5 3" : "", x: points.step, y: points.value,
            }));
            key.update();
            lines.schedule();
            drawBars();
        }, () => {});
    }

    function drawBars() {
        const steps = bars.flatMap(({ names }) => names)
            .map((name) => data.series.get(name)?.step.at(-1) ?? 0);
        const step = Math.round((Number(slider.value) / 1000) * Math.max(0, ...steps));
        output.textContent = `${t("step")} ${number(step, 8)}`;
        for (const { chart, names, kind } of bars) {
            chart.bars = names.map((name, index) => {
                const points = data.series.get(name);
                const at = points ? nearest(points.step, step) : -1;
                return {
                    name: name.slice(kind.length + 1), color: index,
                    value: at < 0 ? NaN : points.value[at],
                };
            });
            chart.schedule();
        }
    }
    signal.addEventListener("abort", () => {
        group.end();
        for (const { chart } of bars) chart.end();
    });
    return h("div", { class: "stack" },
        h("div", { class: "line" }, h("span", {}, output), h("div", { class: "grow" }, slider)), grid);
}
