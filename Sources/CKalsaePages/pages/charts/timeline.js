// When each trial ran, as bars over time.

import { fillClass, plain } from "./colors.js";
import { h, s } from "../core/dom.js";
import { duration } from "../core/format.js";
import { tIf, t } from "../core/words.js";
import { Plot } from "./plot.js";
import { makeScale } from "./scale.js";

export const stateColors = { complete: 0, pruned: 4, failed: 1, running: 2, waiting: plain };

const mostLanes = 40;

/**
 * `bars`: [{name, from, to, state, open, owner}] in milliseconds. Each owner has a lane, or more where
 * its bars overlap; beyond `mostLanes` a lane is whoever's it is free for.
 */
export class TimelineChart extends Plot {
    constructor(options) {
        super({ height: 120, margins: { left: 28, top: 6 }, ...options });
        this.bars = [];
    }

    draw() {
        const begin = Math.min(...this.bars.map((bar) => bar.from));
        const end = Math.max(...this.bars.map((bar) => bar.to), begin + 1);
        const { lanes, laneOf } = this.lanes();
        const thick = lanes.length > 20 ? 8 : 18;
        this.height = Math.max(1, lanes.length) * thick + 48;
        this.svg.setAttribute("viewBox", `0 0 ${this.width} ${this.height}`);
        this.svg.setAttribute("height", this.height);
        const { x0, x1, y0, y1 } = this.inner;
        const x = makeScale("time", [0, (end - begin) / 1000], [x0, x1]);
        const y = makeScale("linear", [0, 1], [y1, y0]);
        const names = lanes.map((lane, index) => lane.name && s("text", {
            x: x0 - 6, y: y0 + index * thick + thick / 2 + 4, "text-anchor": "end",
        }, lane.name));
        const bars = this.bars.map((bar, index) => {
            const left = x((bar.from - begin) / 1000);
            const right = x((bar.to - begin) / 1000);
            return s("rect", {
                class: fillClass(stateColors[bar.state] ?? plain), x: left, y: y0 + laneOf[index] * thick + 2,
                width: Math.max(1.5, right - left - 0.5), height: thick - 4, rx: 2,
                onpointerenter: () => this.tell(right, y0 + laneOf[index] * thick,
                    h("div", {}, bar.name), h("div", { class: "at" }, bar.owner), h("div", { class: "at" },
                        `${tIf(`state.${bar.state}`, bar.state)}, ${duration(bar.to - bar.from)}`)),
                onpointerleave: () => this.quiet(),
                onclick: bar.open,
            });
        });
        this.svg.replaceChildren(this.axes(x, y, { yTicks: [], xLabel: t("time") }),
            ...names.filter(Boolean), ...bars);
    }

    /** Lanes from above in the order in which their owners began, and the lane of each bar. */
    lanes() {
        const order = this.bars.map((_, index) => index)
            .sort((a, b) => this.bars[a].from - this.bars[b].from);
        const owners = [...new Set(order.map((index) => this.bars[index].owner))];
        const isApart = owners.length <= mostLanes;
        const lanes = [];
        const found = [];
        for (const index of order) {
            const bar = this.bars[index];
            let lane = lanes.find((one) => one.free <= bar.from && (!isApart || one.owner === bar.owner));
            if (!lane) lanes.push(lane = { owner: bar.owner });
            lane.free = bar.to;
            found[index] = lane;
        }
        if (isApart) {
            lanes.sort((a, b) => owners.indexOf(a.owner) - owners.indexOf(b.owner));
            const isFirst = (lane, index) => lanes[index - 1]?.owner !== lane.owner;
            lanes.forEach((lane, index) => {
                lane.name = isFirst(lane, index) ? String(owners.indexOf(lane.owner) + 1) : "";
            });
        }
        return { lanes, laneOf: found.map((lane) => lanes.indexOf(lane)) };
    }

    table() {
        return {
            columns: [t("trial"), t("state"), t("worker"), t("began"), t("seconds")],
            rows: this.bars.map((bar) =>
                [bar.name, bar.state, bar.owner, new Date(bar.from).toISOString(), (bar.to - bar.from) / 1000]),
        };
    }
}
