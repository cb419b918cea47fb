// What a run's process takes of the machine while one looks.

import { figure } from "../charts/figure.js";
import { LineChart } from "../charts/line.js";
import { api, runPath } from "../core/api.js";
import { h, show } from "../core/dom.js";
import { bytes, number } from "../core/format.js";
import { empty } from "../core/parts.js";
import { t } from "../core/words.js";

const most = 600;

export function systemPage(data, signal) {
    const box = h("div", {}, h("div", { class: "loading" }, t("loading")));
    const charts = ["cpu", "memory"].map((name) => {
        const chart = new LineChart({ label: t(`system.${name}`), xLabel: t("time") });
        chart.xKind = "time";
        chart.series = [{ name: t(`system.${name}`), color: 0, x: [], y: [] }];
        return { name, chart, card: figure(t(`system.${name}`), chart) };
    });
    if (data.run.state !== "running") return empty(t("system.gone"));
    const begin = Date.now();
    let timer;
    const ask = async () => {
        if (signal.aborted) return;
        try {
            const now = await api.get(runPath(data.run.key, "/system"), {}, signal);
            if (!charts[0].card.element.isConnected && !box.querySelector(".grid")) {
                show(box, h("div", { class: "grid" }, charts.map((one) => one.card.element)));
            }
            const values = { cpu: now.cpu, memory: now.memory / 1e6 };
            const notes = {
                cpu: `${number(now.cpu, 3)} %, ${t("threads", { count: now.threads })}`,
                memory: bytes(now.memory),
            };
            for (const { name, chart, card } of charts) {
                const [series] = chart.series;
                series.x.push((Date.now() - begin) / 1000);
                series.y.push(values[name]);
                if (series.x.length > most) {
                    series.x.shift();
                    series.y.shift();
                }
                card.setNote(notes[name]);
                chart.schedule();
            }
        } catch (error) {
            if (error.name === "AbortError") return;
            if (!box.querySelector(".grid")) {
                show(box, empty(error.status === 404 ? t("system.gone") : error.message));
            }
            if (error.status === 404) return;
        }
        timer = setTimeout(ask, 2000);
    };
    ask();
    signal.addEventListener("abort", () => {
        clearTimeout(timer);
        for (const { chart } of charts) chart.end();
    });
    return box;
}
