// Several runs over each other: their curves, last values, and the settings in which they differ.

import { swatchClass } from "../charts/colors.js";
import { eachFrame, h, show } from "../core/dom.js";
import { tell } from "../core/dialogs.js";
import { number, setting } from "../core/format.js";
import { check, pageHead, runBadge } from "../core/parts.js";
import { listen } from "../core/stream.js";
import { metricName, t } from "../core/words.js";
import { Curves } from "./curves.js";
import { RunData } from "./run-data.js";
import { flat } from "./run-details.js";

function runHead(data, index) {
    return h("th", { scope: "col" }, h("i", { class: swatchClass(index) }),
        h("a", { href: `#/runs/${encodeURIComponent(data.run.key)}` }, data.run.name));
}

const most = 20;

/** A table with a column for each run. */
function table(caption, runs, names, cell, isDifferent, title = (name) => name) {
    return h("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-label": caption },
        h("table", { class: "left" }, h("caption", { class: "sr" }, caption),
            h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("column.name")),
                runs.map(runHead))),
            h("tbody", {}, names.map((name) => h("tr", { class: isDifferent(name) ? "different" : "" },
                h("th", { scope: "row" }, title(name)),
                runs.map((data) => h("td", {}, cell(data, name))))))));
}

function settingsTable(runs) {
    const all = runs.map((data) => new Map(flat(data.run.configuration)));
    const names = [...new Set(all.flatMap((settings) => [...settings.keys()]))];
    const text = (index, name) => setting(all[index].get(name));
    const isDifferent = (name) => new Set(all.map((_, index) => text(index, name))).size > 1;
    const box = h("div", {});
    let isAll = false;
    const draw = () => {
        const shown = names.filter((name) => isAll || isDifferent(name));
        show(box, shown.length
            ? table(t("compare.settings"), runs, shown,
                (data, name) => text(runs.indexOf(data), name), isDifferent)
            : h("p", { class: "muted" }, t("compare.same")));
    };
    draw();
    return h("section", { class: "card" },
        h("div", { class: "line between" }, h("h2", {}, t("compare.settings")),
            check(t("compare.all"), false, (value) => {
                isAll = value;
                draw();
            })), box);
}

function valuesTable(runs) {
    const names = [...new Set(runs.flatMap((data) => data.metricNames))]
        .filter((name) => !/^(gradient|update|time)\//.test(name)).sort();
    return h("section", { class: "card" }, h("h2", {}, t("compare.values")),
        table(t("compare.values"), runs, [t("state"), ...names], (data, name) => {
            if (name === t("state")) return runBadge(data.run);
            const metric = data.metric(name);
            if (!metric) return "–";
            const isRising = /accuracy|f1|auc|r2/i.test(name);
            const best = isRising ? metric.high : metric.low;
            return h("span", {}, number(metric.lastValue), metric.count > 1
                && h("small", {}, ` ${t("best")} ${number(best)}`));
        }, () => false, metricName));
}

export default async function compare(main, { parameters, signal, setTitle }) {
    const all = parameters[0].split(",").filter(Boolean);
    const keys = all.slice(0, most);
    if (all.length > most) tell(t("compare.most", { count: most }));
    const runs = keys.map((key) => new RunData(key, signal));
    await Promise.all(runs.map((data) => data.load()));
    setTitle(t("compare"));
    const curves = new Curves(runs);
    signal.addEventListener("abort", () => curves.end());
    show(main, h("div", { class: "crumbs" }, h("a", { href: "#/runs" }, t("nav.runs"))),
        pageHead(t("compare.title", { count: runs.length })),
        h("div", { class: "stack" },
            h("div", { class: "line" }, runs.map((data, index) => h("span", {},
                h("i", { class: swatchClass(index) }),
                h("a", { href: `#/runs/${encodeURIComponent(data.run.key)}` }, data.run.name)))),
            curves.element, settingsTable(runs), valuesTable(runs)));
    const drawSoon = eachFrame(() => curves.refresh());
    listen({ runs: keys.join(",") }, signal, {
        onEvent: (kind, value) => {
            if (kind !== "points") return;
            const data = runs.find((one) => one.run.key === value.run);
            if (data?.append(value)) drawSoon();
        },
        onGap: () => runs.forEach((data) => {
            data.forget();
            for (const name of data.series.keys()) data.points(name).then(drawSoon, () => {});
        }),
    });
}
