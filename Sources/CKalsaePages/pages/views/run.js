// The page of a run: numbers, curves, steering, and all that is recorded.

import { runPath } from "../core/api.js";
import { eachFrame, h, show } from "../core/dom.js";
import { tellError } from "../core/dialogs.js";
import { duration, number } from "../core/format.js";
import { bind } from "../core/keys.js";
import { tabs, tagList, runBadge } from "../core/parts.js";
import { listen } from "../core/stream.js";
import { metricName, t } from "../core/words.js";
import { singleNumbers } from "./chart-groups.js";
import { Curves } from "./curves.js";
import { RunData } from "./run-data.js";
import { marksOf } from "./run-marks.js";
import { deleteRuns, editNote, editTags, rename, togglePin } from "./run-edit.js";
import * as details from "./run-details.js";
import { evaluationPage } from "./run-evaluation.js";
import { layersPage, hasLayers } from "./run-layers.js";
import { systemPage } from "./run-system.js";
import { SteerPanel } from "./steer.js";

export default async function run(main, { parameters, signal, setTitle }) {
    const [key, firstTab] = parameters;
    const data = new RunData(key, signal);
    await Promise.all([data.load(), data.loadEvents()]);
    setTitle(data.run.name);

    const head = h("div");
    const tiles = h("div", { class: "tiles" });
    const curves = new Curves([data], { marks: (kind) => marksOf(data, kind) });
    const steer = new SteerPanel(data, signal);
    signal.addEventListener("abort", () => curves.end());

    const change = (action) => action(data.run).then((next) => {
        if (!next) return;
        Object.assign(data.run, next);
        drawHead();
        pages.rebuild?.();
    }).catch(tellError);

    let connection = "waiting";
    let headSign;
    function drawHead() {
        const { run } = data;
        // Buttons stay the same elements while nothing of them changes, so that no click is lost.
        const sign = JSON.stringify([run.name, run.state, run.paused, run.tags, run.note, connection]);
        if (sign === headSign) return;
        headSign = sign;
        const isPinned = run.tags.includes("pinned");
        const edit = (name, action) => h("button", { onclick: () => change(action) }, t(name));
        show(head,
            h("div", { class: "crumbs" }, h("a", { href: "#/runs" }, t("nav.runs")), " / ",
                h("code", {}, run.key)),
            h("div", { class: "page-head" },
                h("div", { class: "page-title" }, h("h1", {}, run.name), runBadge(run),
                    tagList(run.tags),
                    run.state === "running" && h("span", { class: "muted small-text" },
                        t(`stream.${connection}`))),
                h("div", { class: "actions" },
                    h("button", {
                        "aria-pressed": String(isPinned), id: "pin",
                        onclick: () => change(togglePin),
                    }, isPinned ? "★ " : "☆ ", t("pin")),
                    h("button", { class: "narrow-only primary", onclick: () => steer.focus() },
                        t("steer")),
                    edit("rename", rename), edit("tags", editTags), edit("note", editNote),
                    h("button", { class: "danger", onclick: remove }, t("delete")))),
            run.note && h("p", { class: "run-note" }, run.note));
    }

    async function remove() {
        const gone = await deleteRuns([data.run]);
        if (gone.length) location.hash = "#/runs";
    }

    const bestAt = (metric, value, step) => (metric.count > 1
        ? t("best.at", { value: number(value), step }) : undefined);

    function drawTiles() {
        const { run } = data;
        const tile = (name, value, below) => h("div", { class: "tile" },
            h("div", { class: "tile-name" }, name), h("div", { class: "tile-value" }, value),
            h("div", { class: "tile-below" }, below ?? " "));
        const last = (name) => data.metric(name);
        const loss = last("validation/loss") ?? last("train/loss") ?? last("loss");
        const accuracy = last("validation/accuracy") ?? last("test/accuracy");
        const rate = last("rate");
        const latest = Math.max(0, ...run.metrics.filter((metric) => !metric.name.startsWith("test/"))
            .map((metric) => metric.lastStep ?? 0));
        const epoch = (last("train/loss") ?? last("loss"))?.lastEpoch ?? run.epoch;
        const seconds = (run.ended ?? Date.now()) - data.begin;
        show(tiles,
            tile(t(data.countsEpochs ? "epoch" : "step"), number(run.state === "running" ? latest : run.step ?? latest, 8),
                epoch && !data.countsEpochs ? `${t("epoch")} ${epoch}` : undefined),
            tile(t("column.duration"), duration(seconds),
                latest && !data.countsEpochs ? t("steps.second", { count: number(latest / (seconds / 1000), 3) }) : undefined),
            loss && tile(metricName(loss.name), number(loss.lastValue),
                bestAt(loss, loss.low, loss.lowStep)),
            accuracy && tile(metricName(accuracy.name), number(accuracy.lastValue),
                bestAt(accuracy, accuracy.high, accuracy.highStep)),
            rate && tile(t("rate"), number(rate.lastValue), run.configuration?.optimizer));
    }

    const testNumbers = () => singleNumbers(data.run.metrics, data.countsEpochs)
        .map(([part, numbers]) => h("section", { class: "card" }, h("h2", {}, t(`once.${part}`)),
            h("div", { class: "test-numbers" }, numbers.map((metric) => h("div", {},
                h("span", { class: "muted" }, metricName(metric.name.slice(part.length + 1))),
                h("b", {}, number(metric.lastValue)))))));
    const tests = h("div", {});
    const curvesPage = () => h("div", { class: "stack" }, tests, curves.element);
    const list = [
        ["curves", t("tab.curves"), curvesPage],
        ["layers", t("tab.layers"), () => layersPage(data, signal)],
        ["events", t("tab.events"), () => details.eventsPage(data)],
        ["settings", t("tab.settings"), () => details.settingsPage(data)],
        ["network", t("tab.network"), () => details.networkPage(data, signal)],
        ["evaluation", t("tab.evaluation"), () => evaluationPage(data, signal)],
        ["files", t("tab.files"), () => details.filesPage(data)],
        ["doctor", t("tab.doctor"), () => details.doctorPage(data, signal)],
        ["system", t("tab.system"), () => systemPage(data, signal)],
    ].filter(([name]) => name !== "layers" || hasLayers(data));
    const pages = tabs(t("tabs"), list, firstTab ?? "curves", (name) => {
        history.replaceState(null, "",
            `#/runs/${encodeURIComponent(key)}${name === "curves" ? "" : `/${name}`}`);
    });

    drawHead();
    drawTiles();
    show(tests, testNumbers());
    show(main, head, tiles, h("div", { class: "with-side" }, pages.element, steer.element));

    const drawSoon = eachFrame(() => {
        drawTiles();
        curves.build();
        curves.refresh();
    });
    const reload = async () => {
        data.forget();
        await Promise.all([data.load(), data.loadEvents()]);
        await Promise.all([...data.series.keys()].map((name) => data.points(name)));
        drawHead();
        show(tests, testNumbers());
        steer.draw();
        drawSoon();
    };
    const onEvent = (kind, value) => {
        if (kind === "points" && value.run === data.run.key) {
            const isKnown = data.append(value);
            if (!isKnown) data.note(value.metric, value.step.at(-1), value.epoch?.at(-1),
                value.value.at(-1));
            if (value.metric === "rate") steer.rateChanged();
            drawSoon();
        } else if (kind === "run" && value.key === data.run.key) {
            const hasEnded = data.run.state === "running" && value.state !== "running";
            Object.assign(data.run, { ...value, metrics: data.run.metrics });
            if (hasEnded) reload().catch(tellError);
            drawHead();
            steer.draw();
        } else if (kind === "event" && value.run === data.run.key) {
            data.events.push(value);
            details.eventsChanged(data);
            drawSoon();
        } else if (kind === "command" && value.run === data.run.key) {
            const index = data.commands.findIndex((command) => command.id === value.id);
            if (index < 0) data.commands.push(value);
            else data.commands[index] = value;
            steer.answered(value);
            if (value.verb === "rollback" || value.verb === "checkpoint") reload().catch(tellError);
        } else if (kind === "removed" && value.run === data.run.key) location.hash = "#/runs";
    };
    // Checkpoints come without an event.
    const looking = setInterval(() => {
        if (data.run.state !== "running" || document.hidden) return;
        data.loadCheckpoints().then(() => steer.checkpointsChanged()).catch(() => {});
    }, 5000);
    signal.addEventListener("abort", () => clearInterval(looking));
    listen({ runs: data.run.key }, signal, {
        onEvent, onGap: () => reload().catch(tellError),
        onState: (state) => {
            connection = state;
            drawHead();
        },
    });
    const clock = setInterval(() => data.run.state === "running" && drawTiles(), 1000);
    signal.addEventListener("abort", () => clearInterval(clock));
    bind("s", "keys.steer", () => steer.focus(), signal);
    bind("p", "keys.pin", () => change(togglePin), signal);
    list.slice(0, 9).forEach(([name, title], index) =>
        bind(String(index + 1), title, () => pages.pick(name), signal));
    steer.onPreview = (checkpoint) => {
        data.preview = checkpoint;
        curves.refreshSoon();
    };
    steer.reload = () => reload().catch(tellError);
    return runPath(key);
}
