// When each trial ran, as bars over time.

import { fillClass, plain } from "./colors.js";
import { h, s } from "../core/dom.js";
import { duration } from "../core/format.js";
import { tIf, t } from "../core/words.js";
import { Plot } from "./plot.js";
import { makeScale } from "./scale.js";

export const stateColors = { complete: 0, pruned: 4, failed: 1, running: 2, waiting: plain };

/** `bars`: [{name, from, to, state, open}] in milliseconds; bars that overlap lie below each other. */
export class TimelineChart extends Plot {
    constructor(options) {
        super({ height: 120, margins: { left: 12, top: 6 }, ...options });
        this.bars = [];
    }

    draw() {
        const begin = Math.min(...this.bars.map((bar) => bar.from));
        const end = Math.max(...this.bars.map((bar) => bar.to), begin + 1);
        const lanes = [];
        const laneOf = this.bars.map((bar) => {
            let lane = lanes.findIndex((free) => free <= bar.from);
            if (lane < 0) lane = lanes.length;
            lanes[lane] = bar.to;
            return lane;
        });
        const thick = lanes.length > 20 ? 8 : 18;
        this.height = Math.max(1, lanes.length) * thick + 48;
        this.svg.setAttribute("viewBox", `0 0 ${this.width} ${this.height}`);
        this.svg.setAttribute("height", this.height);
        const { x0, x1, y0, y1 } = this.inner;
        const x = makeScale("time", [0, (end - begin) / 1000], [x0, x1]);
        const y = makeScale("linear", [0, 1], [y1, y0]);
        const bars = this.bars.map((bar, index) => {
            const left = x((bar.from - begin) / 1000);
            const right = x((bar.to - begin) / 1000);
            return s("rect", {
                class: fillClass(stateColors[bar.state] ?? plain), x: left, y: y0 + laneOf[index] * thick + 2,
                width: Math.max(1.5, right - left - 0.5), height: thick - 4, rx: 2,
                onpointerenter: () => this.tell(right, y0 + laneOf[index] * thick,
                    h("div", {}, bar.name), h("div", { class: "at" },
                        `${tIf(`state.${bar.state}`, bar.state)}, ${duration(bar.to - bar.from)}`)),
                onpointerleave: () => this.quiet(),
                onclick: bar.open,
            });
        });
        this.svg.replaceChildren(this.axes(x, y, { yTicks: [], xLabel: t("time") }), ...bars);
    }

    table() {
        return {
            columns: [t("trial"), t("state"), t("began"), t("seconds")],
            rows: this.bars.map((bar) =>
                [bar.name, bar.state, new Date(bar.from).toISOString(), (bar.to - bar.from) / 1000]),
        };
    }
}
