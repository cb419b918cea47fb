// The table of a study's trials: sorted by any column, a hundred more at a time.

import { h, show } from "../core/dom.js";
import { confirm } from "../core/dialogs.js";
import { duration, number, setting } from "../core/format.js";
import { badge } from "../core/parts.js";
import { t } from "../core/words.js";

const portion = 100;

export function trialsTable(data, { act }) {
    let sort = { key: "number", isRising: false };
    let shown = portion;
    let only;
    const head = h("thead");
    const body = h("tbody");
    const more = h("button", {
        onclick: () => {
            shown += portion;
            draw();
        },
    }, t("more"));
    const element = h("div", { class: "stack" },
        h("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-label": t("trials") },
            h("table", {}, h("caption", { class: "sr" }, t("trials")), head, body)), more);

    function columns() {
        return [
            ["number", "#", (trial) => trial.number, (trial) => number(trial.number)],
            ["state", t("state"), (trial) => trial.state, (trial) => badge(trial.state)],
            ...data.objectives.map((name, index) => [`objective ${index}`, name,
                (trial) => data.value(trial, index), (trial) => {
                    const value = data.value(trial, index);
                    return Number.isNaN(value) ? "–" : number(value);
                }]),
            ...data.parameters.map((axis) => [`parameter ${axis.name}`, axis.name,
                (trial) => trial.parameters?.[axis.name],
                (trial) => (axis.name in (trial.parameters ?? {})
                    ? setting(trial.parameters[axis.name], 4) : "–")]),
            ["duration", t("column.duration"),
                (trial) => (trial.ended || Date.now()) - trial.started,
                (trial) => (trial.started
                    ? duration((trial.ended || Date.now()) - trial.started) : "–")],
        ];
    }

    function compare(a, b) {
        if (typeof a === "string" || typeof b === "string") return String(a).localeCompare(String(b));
        const [x, y] = [a, b].map((value) => (Number.isFinite(value) ? value : Infinity));
        return x === y ? 0 : x - y;
    }

    function draw() {
        const list = columns();
        const isRight = (key) => key !== "state";
        const focused = document.activeElement?.dataset?.sort;
        show(head, h("tr", {}, list.map(([key, text]) => h("th", {
            scope: "col", class: isRight(key) ? "right" : "",
            "aria-sort": key === sort.key ? (sort.isRising ? "ascending" : "descending") : null,
        }, h("button", {
            type: "button", "data-sort": key, onclick: () => {
                sort = { key, isRising: key === sort.key ? !sort.isRising : true };
                draw();
            },
        }, text))), h("th", { scope: "col" }, t("run"))));
        if (focused) head.querySelector(`[data-sort="${CSS.escape(focused)}"]`)?.focus();
        const value = list.find(([key]) => key === sort.key)?.[2] ?? ((trial) => trial.number);
        const trials = data.trials.filter((trial) => !only || only.has(trial.number))
            .sort((a, b) => compare(value(a), value(b)) * (sort.isRising ? 1 : -1));
        const best = data.best?.number;
        show(body, trials.slice(0, shown).map((trial) => h("tr", {
            class: trial.number === best ? "picked" : "", "data-trial": trial.number,
        }, list.map(([key, , , text]) => h(key === "number" ? "th" : "td", {
            class: isRight(key) ? "right" : "", scope: key === "number" ? "row" : null,
        }, text(trial))),
        h("td", {}, trial.run ? h("a", { href: `#/runs/${encodeURIComponent(trial.run)}` },
            t("open")) : trial.reason || "–",
        trial.state === "running" && h("button", {
            class: "small danger", onclick: async () => {
                if (await confirm(t("study.kill"), t("study.kill.ask", { trial: trial.number }),
                    t("study.kill"))) {
                    await act({ action: "kill", trial: trial.number });
                }
            },
        }, t("study.kill"))))));
        more.hidden = trials.length <= shown;
    }

    return {
        element, fill: draw,
        limit(numbers) {
            only = numbers;
            draw();
        },
    };
}
