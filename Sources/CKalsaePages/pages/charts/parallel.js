// Parallel coordinates: an axis for each parameter and the objective, a line for each trial.
// Dragging along an axis brushes: only trials through all brushes stay in color.

import { h, s } from "../core/dom.js";
import { number } from "../core/format.js";
import { t } from "../core/words.js";
import { Plot, textWidth } from "./plot.js";
import { colorBar, colorBarWidth } from "./colorbar.js";
import { ramp } from "./ramp.js";
import { extent, makeScale } from "./scale.js";

const colors = 12;
const least = 84;
const mostLetters = 24;

/**
 * `axes`: [{name, kind, choices, values, isObjective}], one value a trial; `shares`: each trial's
 * rank, 0 the best; `names`: of the trials; `onBrush(brushes)` gets {name: [low, high]}.
 */
export class ParallelChart extends Plot {
    constructor(options) {
        super({ height: 320, margins: { top: 40, bottom: 26, left: 34, right: 34 }, ...options });
        this.axisList = [];
        this.shares = [];
        this.names = [];
        this.brushes = new Map();
        this.onBrush = options.onBrush ?? (() => {});
        this.element.style.touchAction = "pan-y";
        this.box = h("div", {
            class: "plot-scroll", tabindex: "0", role: "region", "aria-label": this.label,
        }, this.element);
    }

    draw() {
        const count = this.axisList.length;
        this.element.style.minWidth = `${count * least}px`;
        const names = this.axisList.map((axis) => (axis.name.length > mostLetters
            ? `${axis.name.slice(0, mostLetters - 1)}…` : axis.name));
        // A name stands above its axis: the outer ones need their halves beside it.
        const half = (name) => textWidth(name ?? "") / 2 + 4;
        this.margins.left = Math.max(34, half(names[0]));
        const values = (this.values ?? []).filter(Number.isFinite);
        const bar = values.length < 2 ? 0 : colorBarWidth(values) + 12;
        this.margins.right = Math.max(34, half(names[count - 1])) + bar;
        const { x0, x1, y0, y1 } = this.inner;
        const gap = (x1 - x0) / Math.max(1, count - 1);
        this.isStaggered = names.some((name, index) =>
            index > 0 && half(name) + half(names[index - 1]) > gap);
        const scales = this.axisList.map((axis) => makeScale(
            axis.choices ? "linear" : axis.kind,
            axis.choices ? [-0.5, axis.choices.length - 0.5] : extent([axis.values], axis.kind, 0.02),
            [y1, y0]));
        this.scales = scales;
        const xs = this.axisList.map((_, index) =>
            count < 2 ? (x0 + x1) / 2 : x0 + ((x1 - x0) * index) / (count - 1));
        const buckets = Array.from({ length: colors }, () => []);
        const dim = [];
        this.shares.forEach((share, trial) => {
            const parts = [];
            this.axisList.forEach((axis, index) => {
                const y = scales[index](axis.values[trial]);
                if (Number.isFinite(y)) {
                    parts.push(`${parts.length ? "L" : "M"}${xs[index].toFixed(1)} ${y.toFixed(1)}`);
                }
            });
            if (Number.isNaN(share) || !this.holds(trial)) dim.push(parts.join(""));
            else buckets[Math.min(colors - 1, Math.floor(share * colors))].push(parts.join(""));
        });
        const lines = s("g", { fill: "none", "stroke-width": 1.4 },
            s("path", { d: dim.join(""), stroke: "var(--s6)", opacity: 0.13 }));
        // The best are drawn last, over the others; lightest on dark grounds, darkest on light ones.
        const isDark = getComputedStyle(document.documentElement).colorScheme === "dark";
        const color = (share) => ramp(isDark ? 1 - share * 0.75 : share * 0.85);
        for (let index = colors - 1; index >= 0; index -= 1) {
            lines.append(s("path", {
                d: buckets[index].join(""), stroke: color((index + 0.5) / colors), opacity: 0.75,
            }));
        }
        if (bar) {
            lines.append(colorBar(values, (share) => color(this.isLowBest ? share : 1 - share), {
                x: this.width - bar + 8, y0, y1,
            }));
        }
        this.svg.replaceChildren(lines, ...this.axisList.map((axis, index) =>
            this.axisShape(axis, scales[index], xs[index], index, names[index])));
    }

    axisShape(axis, scale, x, index, name) {
        const { y0, y1 } = this.inner;
        const ticks = axis.choices?.map((text, value) => ({ value, text: String(text) }))
            ?? scale.ticks(5);
        const isLast = index === this.axisList.length - 1;
        const group = s("g", {},
            s("text", {
                class: "strong", x, y: this.isStaggered && index % 2 ? 30 : 15, "text-anchor": "middle",
            }, name, name !== axis.name && s("title", {}, axis.name)),
            s("line", { class: "axis-line", x1: x, x2: x, y1: y0, y2: y1 }),
            ticks.map((tick) => [
                s("line", {
                    class: "axis-line", x1: x - 3, x2: x + 3, y1: scale(tick.value),
                    y2: scale(tick.value),
                }),
                s("text", {
                    class: "halo", x: x + (isLast ? -6 : 6), y: scale(tick.value) + 4,
                    "text-anchor": isLast ? "end" : "start",
                }, tick.text),
            ]));
        const brush = this.brushes.get(axis.name);
        if (brush) {
            const ends = brush.map(scale).sort((a, b) => a - b);
            group.append(s("rect", {
                class: "brush", x: x - 8, width: 16, y: ends[0], height: ends[1] - ends[0],
            }));
        }
        const catcher = s("rect", {
            x: x - 14, width: 28, y: y0 - 4, height: y1 - y0 + 8, fill: "transparent",
            "data-axis": axis.name, class: "brush-area",
        });
        this.catch(catcher, axis, scale);
        group.append(catcher);
        return group;
    }

    catch(catcher, axis, scale) {
        catcher.style.cursor = "ns-resize";
        catcher.style.touchAction = "none";
        catcher.addEventListener("pointerdown", (event) => {
            event.preventDefault();
            const { y0, y1 } = this.inner;
            const start = this.at(event).y;
            const within = (y) => Math.min(y1, Math.max(y0, y));
            const move = (now) => {
                const ends = [start, this.at(now).y].map(within).map(scale.invert);
                this.brush(axis.name, ends[0] === ends[1] ? undefined
                    : ends.sort((a, b) => a - b));
            };
            const end = (now) => {
                removeEventListener("pointermove", move);
                removeEventListener("pointerup", end);
                if (Math.abs(this.at(now).y - start) < 4) this.brush(axis.name, undefined);
            };
            addEventListener("pointermove", move);
            addEventListener("pointerup", end);
        });
    }

    /** Brushes an axis, or clears it with undefined. */
    brush(name, ends) {
        if (ends) this.brushes.set(name, ends);
        else this.brushes.delete(name);
        this.onBrush(this.brushes);
        this.schedule();
    }

    /** Whether a trial lies within all brushes. */
    holds(trial) {
        for (const axis of this.axisList) {
            const brush = this.brushes.get(axis.name);
            if (!brush) continue;
            const value = axis.values[trial];
            if (!(value >= brush[0] && value <= brush[1])) return false;
        }
        return true;
    }

    table() {
        const text = (axis, trial) => {
            const value = axis.values[trial];
            return axis.choices ? String(axis.choices[value] ?? "") : value;
        };
        return {
            columns: [t("trial"), ...this.axisList.map((axis) => axis.name)],
            rows: this.names.map((name, trial) =>
                [name, ...this.axisList.map((axis) => text(axis, trial))]),
        };
    }
}

/** Two number fields for a brush, for those who do not drag. */
export function brushFields(chart, axis) {
    const brush = chart.brushes.get(axis.name);
    const input = (index, label) => h("input", {
        type: "number", step: "any", "aria-label": `${axis.name}: ${label}`,
        value: brush ? number(brush[index], 5).replace("−", "-") : "",
        onchange: (event) => {
            const wanted = Number(event.target.value);
            const now = chart.brushes.get(axis.name) ?? extent([axis.values], axis.kind, 0);
            const next = [...now];
            next[index] = wanted;
            chart.brush(axis.name, event.target.value === "" ? undefined : next);
        },
    });
    return h("div", { class: "brush-fields" }, h("span", {}, axis.name),
        input(0, t("low")), input(1, t("high")));
}
