// The list of runs: search, tags, states, columns, sorting, selection.

import { api, runPath } from "../core/api.js";
import { debounced, h, newID, show } from "../core/dom.js";
import { tell, tellError } from "../core/dialogs.js";
import { keep, kept } from "../core/kept.js";
import { bind } from "../core/keys.js";
import { check, empty, pageHead, select } from "../core/parts.js";
import { listen } from "../core/stream.js";
import { metricName, t } from "../core/words.js";
import { deleteRuns, togglePin } from "./run-edit.js";
import { RunRows } from "./run-rows.js";

const states = ["running", "finished", "stopped", "failed", "interrupted"];

/** The metrics that lists show while nobody chose others. */
function usualMetrics(names) {
    const wanted = ["loss", "validation/loss", "validation/accuracy", "test/loss", "test/accuracy"];
    const some = wanted.filter((name) => names.includes(name)).slice(0, 4);
    return some.length ? some : names.slice(0, 3);
}

export default async function runs(main, { query, signal }) {
    const filter = {
        search: query.get("search") ?? "", tag: query.get("tag") ?? "",
        state: query.get("state") ?? "", sort: kept("sort", "created"), order: kept("order", "desc"),
        trials: kept("trials", 0),
    };
    const picked = new Map();
    const known = { metrics: new Set(), tags: new Set() };
    let columns = kept("columns", null);

    const rows = new RunRows({
        filter, signal, picked,
        columns: () => columns ?? usualMetrics([...known.metrics].sort()),
        onSort: (sort, order) => {
            filter.sort = sort;
            filter.order = order;
            keep("sort", sort);
            keep("order", order);
            rows.reload();
        },
        onPick: () => drawBar(),
        onLoad: (answer) => learn(answer),
        onPin: (run) => togglePin(run).then((next) => rows.update(next)).catch(tellError),
    });

    function learn(answer) {
        let isNew = false;
        for (const run of answer.runs) {
            for (const name of Object.keys(run.metrics ?? {})) {
                isNew ||= !known.metrics.has(name);
                known.metrics.add(name);
            }
            for (const tag of run.tags) {
                if (tag === "pinned" || known.tags.has(tag)) continue;
                known.tags.add(tag);
                isNew = true;
            }
        }
        if (isNew) drawFilters();
        count.textContent = t("runs.count", { count: answer.total });
        none.hidden = answer.total > 0;
        rows.element.hidden = answer.total === 0;
        if (answer.total === 0) {
            const isFiltered = filter.search || filter.tag || filter.state;
            show(none, isFiltered ? empty(t("runs.none.filtered"))
                : empty(t("runs.none"), h("pre", {}, "kalsae train iris"),
                    h("p", {}, h("a", { href: "#/train" }, t("runs.none.train")))));
        }
    }

    const none = h("div", { hidden: true });
    const count = h("span", { class: "muted", role: "status" });
    const search = h("input", {
        type: "search", placeholder: t("runs.search"), "aria-label": t("runs.search"),
        value: filter.search, autocomplete: "off",
        oninput: debounced(150, () => {
            filter.search = search.value.trim();
            rows.reload();
        }),
    });
    const filters = h("div", { class: "line" });
    const bar = h("div", { class: "line pick-bar" });

    function columnMenu() {
        const id = newID("menu");
        const list = h("div", { class: "menu-list", id, hidden: true });
        const toggle = (next) => {
            list.hidden = !next;
            button.setAttribute("aria-expanded", String(next));
        };
        const button = h("button", {
            type: "button", "aria-expanded": "false", "aria-controls": id,
            onclick: () => toggle(list.hidden),
        }, t("runs.columns"));
        const names = [...known.metrics].sort();
        const shown = columns ?? usualMetrics(names);
        show(list, names.map((name) => check(metricName(name), shown.includes(name), (isOn) => {
            const now = columns ?? usualMetrics(names);
            columns = isOn ? [...now, name] : now.filter((other) => other !== name);
            keep("columns", columns);
            rows.draw();
        })));
        const menu = h("div", { class: "menu" }, button, list);
        menu.addEventListener("keydown", (event) => {
            if (event.key === "Escape") {
                toggle(false);
                button.focus();
            }
        });
        document.addEventListener("pointerdown", (event) => {
            if (!menu.contains(event.target)) toggle(false);
        }, { signal });
        return menu;
    }

    function drawFilters() {
        const set = (name) => (value) => {
            filter[name] = value;
            rows.reload();
        };
        show(filters,
            select(t("state"), [["", t("runs.states")],
                ...states.map((state) => [state, t(`state.${state}`)])], filter.state, set("state")),
            select(t("tag"), [["", t("runs.tags")],
                ...[...known.tags].sort().map((tag) => [tag, tag])], filter.tag, set("tag")),
            columnMenu(),
            check(t("runs.trials"), filter.trials === 1, (isOn) => {
                filter.trials = isOn ? 1 : 0;
                keep("trials", filter.trials);
                rows.reload();
            }), count);
    }

    function drawBar() {
        const keys = [...picked.keys()];
        const list = [...picked.values()];
        show(bar, h("span", { role: "status" }, keys.length
            ? t("runs.picked", { count: keys.length }) : t("runs.pick")),
        h("button", {
            class: "primary", id: "compare", disabled: keys.length < 2, onclick: compare,
        }, t("compare")),
        keys.length > 0 && h("button", {
            onclick: () => deleteRuns(list).then((gone) => {
                for (const key of gone) picked.delete(key);
                rows.reload();
                drawBar();
            }),
            class: "danger",
        }, t("delete")),
        keys.length > 0 && h("button", {
            class: "quiet", onclick: () => {
                picked.clear();
                rows.draw();
                drawBar();
            },
        }, t("runs.unpick")));
    }

    function compare() {
        if (picked.size < 2) return tell(t("runs.pick"));
        location.hash = `#/compare/${[...picked.keys()].map(encodeURIComponent).join(",")}`;
    }

    drawFilters();
    drawBar();
    show(main, pageHead(t("nav.runs")),
        h("div", { class: "line runs-bar" }, h("div", { class: "grow" }, search), filters),
        bar, rows.element, none);
    bind("c", "keys.compare", compare, signal);
    bind("j", "keys.down", () => rows.move(1), signal);
    bind("k", "keys.up", () => rows.move(-1), signal);
    bind("x", "keys.pick", () => rows.pickFocused(), signal);
    bind("p", "keys.pin", () => rows.pinFocused(), signal);

    await rows.reload();
    listen({ list: 1 }, signal, {
        onEvent: (kind, value) => {
            if (kind === "run") rows.update(value);
            if (kind === "removed") rows.reloadSoon();
        },
        onGap: () => rows.reloadSoon(),
    });
}

/** The rows of some runs by their keys. */
export const runsByKey = (keys, signal) =>
    Promise.all(keys.map((key) => api.get(runPath(key), {}, signal)));
