// What was guessed of a table, the target, and some options of its training.

import { h } from "../core/dom.js";
import { tellError } from "../core/dialogs.js";
import { number } from "../core/format.js";
import { field, segmented, select } from "../core/parts.js";
import { t, tIf } from "../core/words.js";
import { searchFields } from "./search-form.js";

const roles = ["number", "category", "date", "text", "drop"];
const likely = /^(target|label|class|y|price|species|survived|outcome)$/i;

/** The columns of `kalsae data info`, of a table or of what was read at least. */
function columnsOf(info) {
    return info.table?.columns ?? info.reading?.columns?.map((column) =>
        ({ name: column.name, role: column.holds, missing: column.missing })) ?? [];
}

function columnTable(columns, changed) {
    const head = ["column", "role", "becomes", "distinct", "missing"];
    return h("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-label": t("columns") },
        h("table", { class: "left" }, h("caption", { class: "sr" }, t("columns")),
            h("thead", {}, h("tr", {}, head.map((key) => h("th", { scope: "col" }, t(`train.${key}`))))),
            h("tbody", {}, columns.map((column) => h("tr", {},
                h("th", { scope: "row" }, column.name),
                h("td", {}, select(`${t("train.role")}: ${column.name}`,
                    [...new Set([column.role, ...roles])].map((role) => [role, tIf(`role.${role}`, role)]),
                    column.role, (role) => changed.set(column.name, role)),
                column.reason && h("small", { class: "reason" }, column.reason)),
                h("td", {}, column.becomes ?? "–"),
                h("td", { class: "right" }, number(column.distinct)),
                h("td", { class: "right" }, number(column.missing)))))));
}

/**
 * The form; `onStart(options, search)` gets options by the names of `kalsae train`, and for a search
 * its name, trials and minutes.
 */
export function trainForm(file, info, onStart) {
    const columns = columnsOf(info);
    const changed = new Map();
    const guess = info.table?.target ?? columns.find((column) => likely.test(column.name))?.name
        ?? columns.at(-1)?.name;
    const target = select(t("train.target"), columns.map((column) => [column.name, column.name]),
        typeof guess === "object" ? guess.name : guess, () => {});
    target.id = "target";
    const name = h("input", { type: "text", value: file.replace(/\.[^.]+$/, ""), autocomplete: "off" });
    let kind = "default";
    const effort = select(t("train.effort"), ["quick", "default", "best"].map((value) =>
        [value, t(`effort.${value}`)]), "default", () => {});
    const text = (placeholder) => h("input", { type: "text", placeholder, autocomplete: "off" });
    const amount = (placeholder) =>
        h("input", { type: "number", step: "any", min: 0, placeholder, autocomplete: "off" });
    const plain = {
        network: text("16-16"), epochs: amount("200"), "learning-rate": amount("0.003"),
        batch: amount("16"),
    };
    const optimizer = select(t("train.optimizer"), ["adam", "adamw", "sgd", "momentum", "nesterov",
        "rmsprop", "adagrad", "nadam", "lion"].map((value) => [value, value]), "adam", () => {});
    const plainFields = h("div", { class: "fields", hidden: true },
        field(t("train.epochs"), plain.epochs), field(t("rate"), plain["learning-rate"]),
        field(t("train.batch"), plain.batch), field(t("train.optimizer"), optimizer),
        field(t("train.network"), plain.network, t("train.network.help")));
    const defaultFields = h("div", { class: "fields" },
        field(t("train.effort"), effort, t("train.effort.help")));

    const search = searchFields(name.value);
    search.element.hidden = true;
    const startText = () => t(kind === "search" ? "search.start" : "train.start");

    function options() {
        const result = { target: target.value };
        if (kind !== "search" && name.value.trim()) result.name = name.value.trim();
        const roleChanges = [...changed].filter(([column, role]) =>
            column !== target.value && columns.find((one) => one.name === column)?.role !== role);
        if (roleChanges.length) result.column = roleChanges.map(([column, role]) => `${column}=${role}`);
        if (kind === "search") return result;
        if (kind === "default") {
            if (effort.value !== "default") result.effort = effort.value;
            return result;
        }
        result.optimizer = optimizer.value;
        for (const [key, input] of Object.entries(plain)) {
            const value = input.value.trim();
            if (value !== "") result[key] = input.type === "number" ? Number(value) : value;
        }
        return result;
    }

    const nameField = field(t("train.name"), name);
    const start = h("button", { class: "primary", type: "submit", id: "start" }, t("train.start"));
    const notes = info.table?.notes ?? [];
    const reading = info.reading ?? {};
    return h("form", {
        class: "card stack", onsubmit: async (event) => {
            event.preventDefault();
            start.disabled = true;
            start.textContent = t("train.starting");
            try {
                await onStart(options(), kind === "search" ? search.values() : undefined);
            } catch (error) {
                tellError(error);
                start.disabled = false;
                start.textContent = startText();
            }
        },
    },
    h("h2", {}, file),
    h("p", { class: "muted" }, t("train.read", {
        rows: number(reading.rows ?? info.table?.rows ?? info.rows), columns: columns.length,
        encoding: reading.encoding ?? "UTF-8",
    }), notes.map((note) => ` ${typeof note === "string" ? note : note.text ?? ""}`)),
    columnTable(columns, changed),
    h("div", { class: "fields" }, field(t("train.target"), target, t("train.target.help")),
        nameField),
    h("div", { class: "line" }, segmented(t("train.kind"),
        [["default", t("train.kind.default")], ["plain", t("train.kind.plain")],
            ["search", t("search.kind")]], kind, (next) => {
            kind = next;
            plainFields.hidden = kind !== "plain";
            defaultFields.hidden = kind !== "default";
            search.element.hidden = kind !== "search";
            nameField.hidden = kind === "search";
            start.textContent = startText();
        })),
    defaultFields, plainFields, search.element,
    h("div", { class: "dialog-foot" }, start));
}
