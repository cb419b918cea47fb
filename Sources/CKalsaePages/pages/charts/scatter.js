// Points over two values: history, slices, fronts. A point can be looked at and opened.

import { s } from "../core/dom.js";
import { t } from "../core/words.js";
import { fillClass } from "./colors.js";
import { Plot } from "./plot.js";
import { extent, makeScale } from "./scale.js";

const named = (choices) => choices.map((text, value) => ({ value, text: String(text) }));

/**
 * A scatter chart. `points`: [{x, y, color, kind, lines, open}], where `lines` is what the readout
 * shows; `lines`: paths behind them, [{x, y, class}]; `choices`, `yChoices`: texts of an axis that counts.
 */
export class ScatterChart extends Plot {
    constructor(options) {
        super({ height: 230, ...options });
        this.points = [];
        this.lines = [];
        this.xKind = options.xKind ?? "linear";
        this.yKind = options.yKind ?? "linear";
        this.xLabel = options.xLabel ?? "";
        this.yLabel = options.yLabel ?? "";
        this.hasYLabel = Boolean(this.yLabel);
        this.choices = options.choices;
        this.yChoices = options.yChoices;
        this.element.addEventListener("pointermove", (event) => this.look(event));
        this.element.addEventListener("pointerleave", () => this.leave());
        this.element.addEventListener("click", () => this.near?.open?.());
    }

    draw() {
        const xs = this.choices ? [-0.5, this.choices.length - 0.5]
            : extent([this.points.map((point) => point.x)], this.xKind);
        const ys = this.yChoices ? [-0.5, this.yChoices.length - 0.5]
            : extent([this.points.map((point) => point.y)], this.yKind, 0.06);
        const yTicks = this.yChoices ? named(this.yChoices)
            : makeScale(this.yKind, ys, [this.inner.y1, this.inner.y0]).ticks(5);
        this.fitLeft(yTicks);
        const { x0, x1, y0, y1 } = this.inner;
        this.x = makeScale(this.xKind, xs, [x0, x1]);
        this.y = makeScale(this.yKind, ys, [y1, y0]);
        const xTicks = this.choices && named(this.choices);
        const inside = s("g", { "clip-path": `url(#${this.clipID})` });
        for (const line of this.lines) {
            const d = line.x.map((x, index) =>
                `${index ? "L" : "M"}${this.x(x).toFixed(1)} ${this.y(line.y[index]).toFixed(1)}`);
            inside.append(s("path", { class: line.class, d: d.join("") }));
        }
        for (const point of this.points) {
            const at = { cx: this.x(point.x), cy: this.y(point.y) };
            if (!Number.isFinite(at.cx) || !Number.isFinite(at.cy)) continue;
            inside.append(s("circle", {
                class: `dot ${fillClass(point.color)} ${point.kind ?? ""}`, ...at, r: point.radius ?? 3.5,
            }));
        }
        this.ring = s("circle", { class: "hair", r: 6, fill: "none", visibility: "hidden" });
        this.svg.replaceChildren(this.clip(), this.axes(this.x, this.y, {
            xLabel: this.xLabel, yLabel: this.yLabel, xTicks, yTicks,
        }), inside, this.ring);
    }

    look(event) {
        if (!this.x) return;
        const at = this.at(event);
        let best = 18 ** 2;
        this.near = undefined;
        for (const point of this.points) {
            const away = (this.x(point.x) - at.x) ** 2 + (this.y(point.y) - at.y) ** 2;
            if (away < best) {
                best = away;
                this.near = point;
            }
        }
        if (!this.near) return this.leave();
        this.ring.setAttribute("visibility", "visible");
        this.ring.setAttribute("cx", this.x(this.near.x));
        this.ring.setAttribute("cy", this.y(this.near.y));
        this.element.style.cursor = this.near.open ? "pointer" : "";
        this.tell(this.x(this.near.x), this.y(this.near.y), ...this.near.lines());
    }

    leave() {
        this.near = undefined;
        this.ring?.setAttribute("visibility", "hidden");
        this.element.style.cursor = "";
        this.quiet();
    }

    table() {
        return {
            columns: [this.xLabel || "x", this.yLabel || t("value")],
            rows: this.points.map((point) => [
                this.choices ? this.choices[point.x] : point.x,
                this.yChoices ? this.yChoices[point.y] : point.y,
            ]),
        };
    }
}
