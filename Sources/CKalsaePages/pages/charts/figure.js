// A chart as a card: title, a line about it, and its numbers as a table, CSV or SVG.

import { h, s } from "../core/dom.js";
import { open } from "../core/dialogs.js";
import { number } from "../core/format.js";
import { plainTable } from "../core/parts.js";
import { t } from "../core/words.js";
import { strokeClass } from "./colors.js";
import { csvText, fileName, saveText, svgText } from "./saving.js";

const mostRows = 500;

function showTable(title, table) {
    const rows = table.rows.slice(0, mostRows).map((row) =>
        row.map((cell) => (typeof cell === "number" ? number(cell, 6) : cell)));
    open(title, () => h("div", {},
        plainTable(title, table.columns, rows),
        table.rows.length > mostRows &&
            h("p", {}, t("table.cut", { shown: mostRows, count: table.rows.length }))),
    { wide: true });
}

/** A card with a chart; `chart` has an `element`, an `svg` and a `table()`. */
export function figure(title, chart, { note, isSpan = false, below, tools = [] } = {}) {
    const noteElement = h("span", { class: "note" }, note);
    const button = (text, label, action) => h("button", {
        class: "quiet", type: "button", "aria-label": `${label}: ${title}`, title: label,
        onclick: action,
    }, text);
    const element = h("figure", { class: `card chart${isSpan ? " span" : ""}` },
        h("figcaption", {}, h("h2", {}, title), noteElement,
            h("div", { class: "tools" }, tools,
                button(t("table"), t("chart.table"), () => showTable(title, chart.table())),
                button("CSV", t("chart.csv"), () =>
                    saveText(fileName(title, "csv"), "text/csv", csvText(chart.table()))),
                button("SVG", t("chart.svg"), () =>
                    saveText(fileName(title, "svg"), "image/svg+xml", svgText(chart.svg,
                        (chart.series ?? []).filter((one) => !one.isHidden)))))),
        chart.box ?? chart.element, below);
    return { element, setNote: (text) => { noteElement.textContent = text; } };
}

/** The names of a line chart's series; each can be hidden. */
export function legend(chart) {
    const list = h("ul", { class: "legend" });
    const update = () => {
        list.replaceChildren(...chart.series.map((one) => h("li", {}, h("button", {
            type: "button", "aria-pressed": String(!one.isHidden),
            onclick: () => {
                one.isHidden = !one.isHidden;
                chart.onHide?.(one);
                update();
                chart.schedule();
            },
        }, s("svg", { width: 18, height: 4, "aria-hidden": "true" }, s("line", {
            class: strokeClass(one.color), x1: 0, x2: 18, y1: 2, y2: 2, "stroke-width": 3,
            "stroke-dasharray": one.dash || undefined,
        })), one.name))));
    };
    update();
    return { element: list, update };
}
