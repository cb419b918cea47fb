// Parallel coordinates of a study, and what is done with what was brushed.

import { figure } from "../charts/figure.js";
import { brushFields, ParallelChart } from "../charts/parallel.js";
import { rankShares } from "../charts/ramp.js";
import { h, show } from "../core/dom.js";
import { confirm } from "../core/dialogs.js";
import { number } from "../core/format.js";
import { t } from "../core/words.js";

/** `act(action)` sends an action of the study; `onBrush(holds)` gets which trials lie inside. */
export function parallelCard(data, { act, onBrush }) {
    const status = h("span", { role: "status" });
    const narrow = h("button", { class: "primary small", id: "narrow" }, t("study.narrow"));
    const clear = h("button", { class: "small", id: "unbrush" }, t("study.unbrush"));
    const fields = h("div", { class: "brush-list" });
    const chart = new ParallelChart({ label: t("study.parallel"), onBrush: changed });
    const below = h("div", {},
        h("div", { class: "line brush-line" }, status, narrow, clear),
        h("details", {}, h("summary", {}, t("study.brush.numbers")), fields));
    const card = figure(t("study.parallel"), chart, {
        isSpan: true, note: t("study.parallel.note"), below,
    });

    const drawFields = () => show(fields, chart.axisList.filter((axis) => !axis.choices)
        .map((axis) => brushFields(chart, axis)));
    fields.addEventListener("focusout", (event) => {
        if (!fields.contains(event.relatedTarget)) drawFields();
    });

    /** The brushed ranges of numbers within the space. */
    function ranges() {
        const result = {};
        for (const axis of data.parameters) {
            const brush = chart.brushes.get(axis.name);
            if (!brush || axis.choices) continue;
            const ends = axis.isInteger ? [Math.ceil(brush[0]), Math.floor(brush[1])]
                : brush.map((end) => Number(end.toPrecision(4)));
            if (ends[0] < ends[1]) result[axis.name] = ends;
        }
        return result;
    }

    function changed() {
        const inside = chart.names.filter((_, index) => chart.holds(index)).length;
        const hasBrush = chart.brushes.size > 0;
        status.textContent = hasBrush
            ? t("study.brushed", { count: inside, all: chart.names.length }) : t("study.brush.help");
        narrow.hidden = Object.keys(ranges()).length === 0;
        clear.hidden = !hasBrush;
        // What somebody writes stays.
        if (!fields.contains(document.activeElement)) drawFields();
        onBrush?.(hasBrush ? new Set(chart.brushedNumbers()) : undefined);
    }

    narrow.addEventListener("click", async () => {
        const wanted = ranges();
        const text = Object.entries(wanted).map(([name, ends]) =>
            `${name}: ${ends.map((end) => number(end)).join(" … ")}`).join(", ");
        if (await confirm(t("study.narrow"), t("study.narrow.ask", { ranges: text }),
            t("study.narrow"))) {
            await act({ action: "narrow", ranges: wanted });
        }
    });
    clear.addEventListener("click", () => {
        chart.brushes.clear();
        changed();
        chart.schedule();
    });

    return { card, chart, fill() {
        const trials = data.complete;
        const values = trials.map((trial) => data.value(trial));
        const shares = rankShares(values);
        chart.shares = data.isLowBest() ? shares : shares.map((share) => 1 - share);
        chart.values = values;
        chart.isLowBest = data.isLowBest();
        chart.names = trials.map((trial) => trial.number);
        chart.brushedNumbers = () => chart.names.filter((_, index) => chart.holds(index));
        chart.axisList = [
            ...data.parameters.slice(0, 12).map((axis) =>
                ({ ...axis, values: trials.map(axis.at) })),
            ...data.objectives.map((name, index) => ({
                name, kind: "linear", isObjective: true,
                values: trials.map((trial) => data.value(trial, index)),
            })),
        ];
        changed();
        chart.schedule();
    } };
}
