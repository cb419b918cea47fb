// The parts of a lesson: pictures, tables, checks.

import { csvText, fileName, saveText } from "../charts/saving.js";
import { h } from "../core/dom.js";
import { number } from "../core/format.js";
import { badge, plainTable } from "../core/parts.js";
import { t } from "../core/words.js";

/** An SVG text as an element; scripts and handlers do not come along. */
export function picture(svg, label) {
    const parsed = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
    if (parsed.nodeName !== "svg") return h("pre", {}, svg);
    for (const element of [parsed, ...parsed.querySelectorAll("*")]) {
        if (/^(script|foreignObject)$/i.test(element.nodeName)) element.remove();
        for (const { name } of [...element.attributes]) {
            if (/^on/i.test(name)) element.removeAttribute(name);
        }
    }
    parsed.setAttribute("role", "img");
    parsed.setAttribute("aria-label", label);
    return h("div", { class: "lesson-figure" }, document.importNode(parsed, true));
}

const cell = (value) => (typeof value === "number" || value === null ? number(value, 5) : value);

function tableParts(table) {
    const rows = (table.rows ?? []).map((row) =>
        (Array.isArray(row) ? row : [row.name ?? "", ...row.values]));
    const width = Math.max(0, ...rows.map((row) => row.length));
    const columns = [...(table.columns ?? [])];
    while (columns.length < width) columns.unshift("");
    return { columns, rows };
}

/** A table or a figure as a card, with its file. */
export function exhibit(one) {
    const title = one.title || one.name;
    const save = (label, name, type, text) => h("button", {
        class: "quiet", type: "button", "aria-label": `${label}: ${title}`,
        onclick: () => saveText(name, type, text()),
    }, label);
    const isFigure = one.kind === "figure" || one.svg !== undefined;
    const { columns, rows } = tableParts(one);
    return h("figure", { class: "card chart lesson-exhibit" },
        h("figcaption", {}, h("h2", {}, title), h("div", { class: "tools" }, isFigure
            ? save("SVG", fileName(title, "svg"), "image/svg+xml", () => one.svg)
            : save("CSV", fileName(title, "csv"), "text/csv", () => csvText({ columns, rows })))),
        isFigure ? picture(one.svg ?? "", one.caption || title)
            : plainTable(title, columns, rows.map((row) => row.map(cell))),
        one.caption && h("p", { class: "muted caption" }, one.caption));
}

/** What the lecture says: a value, or the two ends of a band. */
function wanted(one) {
    if (one.wanted !== undefined) return one.wanted;
    return one.expected ?? (one.low === undefined ? "–" : `${cell(one.low)} … ${cell(one.high)}`);
}

/** The lectures' numbers beside those that the engine gave. */
export function checks(list) {
    if (!list?.length) return null;
    return h("details", { class: "card" },
        h("summary", {}, t("lesson.checks", {
            count: list.filter((one) => one.passed).length, all: list.length,
        })),
        plainTable(t("lesson.numbers"), [t("name"), t("lesson.wanted"), t("lesson.got"), t("state")],
            list.map((one) => [one.name, cell(wanted(one)), cell(one.got ?? "–"),
                badge(one.passed ? "good" : "problem")])));
}

/** A question whose answer is shown when one has thought. */
export function question(one) {
    return h("details", { class: "card question" }, h("summary", {}, one.text ?? one.question),
        h("p", {}, one.answer));
}
