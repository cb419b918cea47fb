// A run's model measured on its data: numbers, the confusion matrix, the rows that are most wrong.

import { api, runPath } from "../core/api.js";
import { h, show } from "../core/dom.js";
import { number } from "../core/format.js";
import { empty, failure, loading, plainTable } from "../core/parts.js";
import { metricName, t } from "../core/words.js";

const mostClasses = 40;
const told = ["accuracy", "balancedAccuracy", "f1", "rocAUC", "logLoss", "calibrationError",
    "r2", "rmse", "mae", "medianError", "perplexity"];

/** Rows are true classes, columns predicted ones; the shade is the share of the row. */
function matrix(classes, counts) {
    const label = t("evaluation.matrix");
    if (counts.length > mostClasses) return empty(t("evaluation.many", { count: counts.length }));
    const shade = (count, row, isRight) => {
        const share = count / Math.max(1, row.reduce((sum, one) => sum + one, 0));
        return `color-mix(in srgb, var(--s${isRight ? 0 : 1}) ${Math.round(share * 40)}%, transparent)`;
    };
    return h("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-label": label },
        h("table", { class: "matrix" }, h("caption", { class: "sr" }, label),
            h("thead", {}, h("tr", {}, h("td", { class: "muted" }, t("evaluation.axes")),
                classes.map((one) => h("th", { scope: "col" }, one.name)))),
            h("tbody", {}, counts.map((row, index) => h("tr", {},
                h("th", { scope: "row" }, classes[index]?.name ?? index),
                row.map((count, at) => h("td", {
                    class: count === 0 ? "muted" : "",
                    style: count === 0 ? {} : { background: shade(count, row, at === index) },
                }, number(count))))))));
}

/** Draws a PNG in whole pixels, however small it is. */
function image(one) {
    const label = t("evaluation.as", { actual: one.actual, predicted: one.predicted });
    const canvas = h("canvas", { class: "worst-image", role: "img", "aria-label": label });
    const source = new Image();
    source.onload = () => {
        [canvas.width, canvas.height] = [source.width, source.height];
        canvas.getContext("2d").drawImage(source, 0, 0);
    };
    source.src = `data:image/png;base64,${one.image}`;
    return h("figure", { class: "worst" }, canvas, h("figcaption", {}, label,
        h("small", {}, t("evaluation.row", { row: one.row, share: number(one.probability, 2) }))));
}

function worstRows({ columns, rows }) {
    if (rows[0]?.image) return h("div", { class: "worst-images" }, rows.map(image));
    const cell = (value) => (typeof value === "number" ? number(value, 5) : value);
    const isClass = rows[0]?.probability !== undefined;
    return plainTable(t("evaluation.worst"),
        [t("row"), t("evaluation.actual"), t("evaluation.predicted"),
            isClass ? t("evaluation.probability") : t("evaluation.error"), ...columns],
        rows.map((one) => [one.row, cell(one.actual), cell(one.predicted),
            number(isClass ? one.probability : one.predicted - one.actual, 3), ...(one.cells ?? [])]));
}

function parts({ data, report }) {
    const numbers = told.filter((name) => typeof report[name] === "number");
    const classes = report.classes ?? [];
    return h("div", { class: "stack" },
        h("section", { class: "card" }, h("h2", {}, t("evaluation.on", { data, rows: number(report.rows) })),
            report.trained_on && h("p", { class: "muted", id: "trained-on" }, t("evaluation.learned")),
            h("div", { class: "test-numbers" }, numbers.map((name) => h("div", {},
                h("span", { class: "muted" }, metricName(name)), h("b", {}, number(report[name])))))),
        report.confusion && h("section", { class: "card" }, h("h2", {}, t("evaluation.matrix")),
            matrix(classes, report.confusion)),
        report.worst?.rows.length > 0 && h("section", { class: "card" },
            h("h2", {}, t("evaluation.worst")), worstRows(report.worst)));
}

/** Measures when the button is pressed: it takes a model and all rows into memory. */
export function evaluationPage(data, signal) {
    if (data.run.model === "") return empty(t("network.none"));
    const box = h("div", {});
    const measure = async () => {
        show(box, loading());
        try {
            show(box, parts(await api.get(runPath(data.run.key, "/evaluation"), {}, signal)));
        } catch (error) {
            if (error.name !== "AbortError" && !signal.aborted) show(box, failure(error, measure));
        }
    };
    show(box, h("section", { class: "card stack" }, h("p", {}, t("evaluation.help")),
        h("div", {}, h("button", { class: "primary", id: "evaluate", onclick: measure },
            t("evaluation.start")))));
    return box;
}
