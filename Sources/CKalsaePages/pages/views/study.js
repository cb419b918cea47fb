// The page of a study.

import { api, studyPath } from "../core/api.js";
import { h, show, throttled } from "../core/dom.js";
import { ask, confirm, tell, tellError } from "../core/dialogs.js";
import { number, setting } from "../core/format.js";
import { empty, pageHead, select, tabs } from "../core/parts.js";
import { listen } from "../core/stream.js";
import { t, tIf } from "../core/words.js";
import * as charts from "./study-charts.js";
import { StudyData } from "./study-data.js";
import { parallelCard } from "./study-parallel.js";
import { trialsTable } from "./study-trials.js";

export default async function study(main, { parameters, signal, setTitle }) {
    const [name, firstTab] = parameters;
    const data = new StudyData(name, signal);
    await data.load();
    setTitle(name);
    const later = Promise.allSettled([data.loadReports(), data.loadImportance()]);

    const act = async (action) => {
        try {
            await api.post(studyPath(name, "/actions"), action);
            tell(tIf(`study.${action.action}.done`, t("done")));
            refreshSoon();
        } catch (error) {
            tellError(error);
        }
    };
    const trials = trialsTable(data, { act });
    const head = h("div", {});
    const tiles = h("div", { class: "tiles" });

    async function extend() {
        const text = await ask(t("study.extend"), t("study.extend.label"),
            { value: "20", action: t("study.extend") });
        const count = Number(text);
        if (text && Number.isInteger(count) && count > 0) await act({ action: "extend", trials: count });
    }

    async function fork() {
        const text = await ask(t("study.fork"), t("study.fork.label"),
            { value: `${name}-fork`, action: t("study.fork") });
        if (text) await act({ action: "fork", name: text });
    }

    async function stop() {
        if (await confirm(t("study.stop"), t("study.stop.ask"), t("study.stop"))) {
            await act({ action: "stop" });
        }
    }

    let headSign;
    function drawHead() {
        // Buttons stay while nothing of them changes, so that no click is lost.
        const { isSearching } = data;
        const sign = `${isSearching} ${data.objectives.join()}`;
        if (sign === headSign) return;
        headSign = sign;
        const objective = data.directions.length > 1 && select(t("objective"),
            data.objectives.map((text, index) => [String(index), text]), String(data.objective),
            (value) => {
                data.objective = Number(value);
                fill();
            });
        show(head, h("div", { class: "crumbs" }, h("a", { href: "#/studies" }, t("nav.studies"))),
            pageHead(name, {
                after: objective,
                actions: [
                    h("button", { class: "primary", onclick: extend }, t("study.extend")),
                    h("button", { onclick: fork }, t("study.fork")),
                    isSearching && h("button", { class: "danger", id: "stop", onclick: stop },
                        t("study.stop")),
                ],
            }));
    }

    function drawTiles() {
        const counts = new Map();
        for (const trial of data.trials) counts.set(trial.state, (counts.get(trial.state) ?? 0) + 1);
        const { best } = data;
        const tile = (title, value, below) => h("div", { class: "tile" },
            h("div", { class: "tile-name" }, title), h("div", { class: "tile-value" }, value),
            h("div", { class: "tile-below" }, below ?? " "));
        show(tiles,
            tile(t("trials"), number(data.trials.length), [...counts].map(([state, count]) =>
                `${count} ${tIf(`state.${state}`, state)}`).join(", ")),
            best && tile(`${t("column.best")}: ${data.objectives[data.objective]}`, number(data.value(best)),
                `${t("trial")} ${best.number}`),
            best && h("div", { class: "tile wide" },
                h("div", { class: "tile-name" }, t("study.best.settings")),
                h("div", { class: "best-settings" }, Object.entries(best.parameters).map(
                    ([key, value]) => h("span", {}, h("span", { class: "muted" }, key), " ",
                        h("b", {}, setting(value, 4)))))));
    }

    let parts = [];
    const page = (...list) => {
        parts.push(...list);
        const box = h("div", { class: "grid" }, list.map((part) => part.card.element));
        for (const part of list) part.fill();
        return box;
    };
    drawHead();
    drawTiles();
    const pages = tabs(t("tabs"), [
        ["overview", t("study.overview"), () => page(
            ...(data.directions.length > 1 ? [charts.paretoChart(data)] : []),
            charts.historyChart(data), charts.importanceChart(data),
            parallelCard(data, { act, onBrush: (numbers) => trials.limit(numbers) }),
            charts.reportsChart(data))],
        ["parameters", t("study.parameters"), () => {
            const axes = data.parameters;
            if (axes.length === 0) return empty(t("study.none"));
            return page(...(axes.length > 1 ? [charts.contourChart(data)] : []),
                ...axes.slice(0, 16).map((axis) => charts.sliceChart(data, axis)));
        }],
        ["trials", t("trials"), () => {
            trials.fill();
            return trials.element;
        }],
        ["timeline", t("study.timeline"), () => page(charts.timelineChart(data))],
    ], firstTab ?? "overview", (tab) => {
        history.replaceState(null, "",
            `#/studies/${encodeURIComponent(name)}${tab === "overview" ? "" : `/${tab}`}`);
    });
    show(main, head, tiles, pages.element);

    function fill() {
        drawHead();
        drawTiles();
        for (const part of parts) part.fill();
        trials.fill();
    }
    later.then(fill);
    signal.addEventListener("abort", () => {
        for (const part of parts) part.chart?.end();
        parts = [];
    });
    const fillSoon = throttled(300, fill);
    const refreshSoon = throttled(1500, async () => {
        if (signal.aborted) return;
        try {
            await data.load();
            await Promise.allSettled([data.loadReports(), data.loadImportance()]);
            fill();
        } catch (error) {
            tellError(error);
        }
    });
    listen({ study: name }, signal, {
        onEvent: (kind, value) => {
            if (kind !== "trial") return;
            data.update(value);
            fillSoon();
            if (value.state !== "running") refreshSoon();
        },
        onGap: refreshSoon,
    });
}
