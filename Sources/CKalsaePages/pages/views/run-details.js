// The pages of a run that tell rather than draw: events, settings, network, files, findings.

import { api, runPath } from "../core/api.js";
import { h, show } from "../core/dom.js";
import { ago, bytes, moment, number, setting } from "../core/format.js";
import { badge, empty, facts, failure, loading, plainTable } from "../core/parts.js";
import { currentLanguage, dataName, t, tIf } from "../core/words.js";
import { checkpointsByStep } from "./checkpoint-slider.js";
import { eventWords } from "./run-marks.js";

const eventLists = new WeakMap();

function drawEvents(data) {
    const list = eventLists.get(data);
    if (!list) return;
    const events = data.events.slice(-400).reverse();
    show(list, events.length ? h("ol", { class: "events" }, events.map((event) => {
        const words = eventWords(event);
        return h("li", { class: `event ${words.kind}` },
            h("span", { class: "event-step" }, `${t("step")} ${number(event.step, 8)}`),
            h("span", { class: "event-text" }, words.text),
            h("span", { class: "muted", title: moment(event.time) },
                event.author ? `${event.author} · ` : "", ago(event.time)));
    })) : empty(t("events.none")));
}

export function eventsPage(data) {
    const list = h("div");
    eventLists.set(data, list);
    drawEvents(data);
    return h("section", { class: "card" }, h("h2", {}, t("tab.events")), list);
}

export function eventsChanged(data) {
    drawEvents(data);
}

/** Settings of any depth as names with dots, without recursion. */
export function flat(settings) {
    const result = [];
    const waiting = Object.entries(settings ?? {}).reverse();
    while (waiting.length && result.length < 2000) {
        const [name, value] = waiting.pop();
        if (value && typeof value === "object" && !Array.isArray(value)) {
            for (const [key, inner] of Object.entries(value).reverse()) {
                waiting.push([`${name}.${key}`, inner]);
            }
        } else result.push([name, value]);
    }
    return result;
}

export function settingsPage(data) {
    const { run } = data;
    const parent = run.parent && h("span", {},
        h("a", { href: `#/runs/${encodeURIComponent(run.parent)}` }, run.parent),
        ` ${t("step")} ${run.parentStep}`);
    return h("div", { class: "grid" },
        h("section", { class: "card" }, h("h2", {}, t("tab.settings")),
            facts(flat(run.configuration).map(([name, value]) => [name, setting(value)]))),
        h("section", { class: "card" }, h("h2", {}, t("origin")),
            facts([
                [t("column.created"), moment(run.created)],
                [t("ended"), run.ended ? moment(run.ended) : "–"],
                [t("data"), dataName(run.data ?? "") || "–"], [t("seed"), setting(run.seed)],
                [t("parent"), parent || "–"], [t("study"), run.study
                    ? h("a", { href: `#/studies/${encodeURIComponent(run.study)}` }, run.study) : "–"],
                [t("directory"), h("code", {}, run.directory ?? "–")],
                [t("machine"), `${run.host ?? "–"}, pid ${run.pid ?? "–"}`],
                [t("version"), `${run.version ?? "–"} ${run.commit ?? ""}`],
                [t("command"), h("code", {}, (run.command ?? []).join(" "))],
            ])));
}

/** A page that asks the server when it is first looked at. */
function asked(build, signal) {
    const box = h("div", {});
    const ask = async () => {
        show(box, loading());
        try {
            show(box, await build());
        } catch (error) {
            if (error.name !== "AbortError" && !signal.aborted) show(box, failure(error, ask));
        }
    };
    ask();
    return box;
}

export function networkPage(data, signal) {
    if (data.run.model === "") return empty(t("network.none"));
    return h("section", { class: "card" }, h("h2", {}, t("tab.network")), asked(async () => {
        let summary;
        try {
            summary = await api.get(runPath(data.run.key, "/summary"), {}, signal);
        } catch (error) {
            if (error.status !== 404) throw error;
            return empty(t("network.none"));
        }
        return networkTable(summary);
    }, signal));
}

/** Layers; those of an ensemble once for each group. */
function layerRows(layers, indent) {
    return layers.flatMap((layer) => [
        [indent + layer.name, layer.output.length ? `[${layer.output.join(", ")}]` : "–",
            number(layer.parameters, 8), number(layer.operations, 8)],
        ...(layer.networks ?? []).flatMap((group) => [
            [`${indent}\u2003${t("network.group", { count: group.count })}`, "", "", ""],
            ...layerRows(group.layers, `${indent}\u2003\u2003`)]),
    ]);
}

function networkTable({ layers, parameters, operations, memory }) {
    const sizes = ["total", "model", "optimizer", "batch", "arena"]
        .map((name) => [name, bytes(memory[name])]);
    return h("div", { class: "stack" }, plainTable(t("tab.network"),
        [t("tab.layers"), t("network.output"), t("study.parameters"), t("network.operations")],
        [...layerRows(layers, ""),
            [t("network.total"), "", number(parameters, 8), number(operations, 8)]]),
    h("p", { class: "muted" }, t("network.memory",
        { ...Object.fromEntries(sizes), rows: memory.batch_size })));
}

export function filesPage(data) {
    const { run } = data;
    const checkpoints = checkpointsByStep(run).reverse();
    return h("div", { class: "stack" },
        h("section", { class: "card" }, h("h2", {}, t("checkpoints")), checkpoints.length
            ? plainTable(t("checkpoints"),
                [t("step"), t("epoch"), t("validation.loss"), t("column.best"), t("size"), t("written")],
                checkpoints.slice(0, 200).map((one) => [number(one.step, 8), one.epoch ?? "–",
                    one.metric === null ? "–" : number(one.metric),
                    one.best ? `★ ${t("best")}` : "", bytes(one.bytes), ago(one.time)]))
            : empty(t("checkpoints.none"))),
        h("section", { class: "card" }, h("h2", {}, t("artifacts")), run.artifacts.length
            ? plainTable(t("artifacts"), [t("column.name"), t("kind"), t("path"), t("size"), t("written")],
                run.artifacts.map((one) => [one.name, tIf(`kind.${one.kind}`, one.kind), h("code", {}, one.path),
                    bytes(one.bytes), ago(one.time)]))
            : empty(t("artifacts.none"))));
}

export function doctorPage(data, signal) {
    return asked(async () => {
        const report = await api.get(runPath(data.run.key, "/doctor"),
            { language: currentLanguage() }, signal);
        const finding = (one) => h("li", { class: `finding ${one.verdict}` },
            h("div", { class: "finding-head" }, badge(one.verdict),
                h("b", {}, tIf(`finding.${one.name}`, one.name))),
            h("div", {}, one.text),
            one.remedy && h("div", { class: "muted" }, `${t("remedy")}: ${one.remedy}`),
            one.command && h("div", { class: "copy-line" }, h("code", {}, one.command),
                h("button", {
                    class: "small", onclick: () => navigator.clipboard?.writeText(one.command),
                }, t("copy"))));
        const rank = { problem: 0, notice: 1, good: 2 };
        const findings = [...report.findings].sort((a, b) =>
            (rank[a.verdict] ?? 3) - (rank[b.verdict] ?? 3));
        return h("section", { class: "card" }, h("h2", {}, t("tab.doctor")),
            h("ul", { class: "findings" }, findings.map(finding)));
    }, signal);
}
