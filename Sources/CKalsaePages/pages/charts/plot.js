// What all charts share: an SVG as wide as its box, axes, a readout beside the pointer.

import { swatchClass } from "./colors.js";
import { eachFrame, h, newID, s, show } from "../core/dom.js";

export const textWidth = (text) => text.length * 6.6;

export class Plot {
    constructor({ label, height = 220, margins = {} } = {}) {
        this.label = label;
        this.height = height;
        this.margins = { top: 8, right: 12, bottom: 34, left: 46, ...margins };
        this.width = 0;
        this.clipID = newID("clip");
        this.svg = s("svg", { role: "img", "aria-label": label });
        this.tip = h("div", { class: "readout", hidden: true });
        this.element = h("div", { class: "plot" }, this.svg, this.tip);
        this.schedule = eachFrame(() => this.redraw());
        this.watcher = new ResizeObserver(() => {
            const width = this.element.clientWidth;
            if (width > 0 && width !== this.width) {
                this.width = width;
                this.schedule();
            }
        });
        this.watcher.observe(this.element);
        document.addEventListener("theme", this.schedule);
    }

    /** Stops to follow the size of its box, and the theme. */
    end() {
        this.watcher.disconnect();
        document.removeEventListener("theme", this.schedule);
    }

    redraw() {
        this.width = this.element.clientWidth || this.width;
        if (!this.width) return;
        this.svg.setAttribute("viewBox", `0 0 ${this.width} ${this.height}`);
        this.svg.setAttribute("height", this.height);
        this.svg.setAttribute("aria-label", this.label);
        this.draw();
    }

    get inner() {
        const { top, right, bottom, left } = this.margins;
        return {
            x0: left, x1: Math.max(left + 10, this.width - right),
            y0: top, y1: Math.max(top + 10, this.height - bottom),
        };
    }

    clip() {
        const { x0, x1, y0, y1 } = this.inner;
        return s("clipPath", { id: this.clipID },
            s("rect", { x: x0, y: y0, width: x1 - x0, height: y1 - y0 }));
    }

    /** As much margin as the texts of the left axis need. */
    fitLeft(ticks, least = 30) {
        const widest = Math.max(0, ...ticks.map((tick) => textWidth(tick.text)));
        this.margins.left = Math.max(least, widest + 12 + (this.hasYLabel ? 16 : 0));
    }

    /** The two axes with their grid; texts that would touch are left out. */
    axes(x, y, { xLabel, yLabel, xTicks, yTicks } = {}) {
        const { x0, x1, y0, y1 } = this.inner;
        const group = s("g", { "aria-hidden": "true" });
        for (const tick of yTicks ?? y.ticks(Math.max(2, (y1 - y0) / 44))) {
            const at = y(tick.value);
            if (at < y0 - 1 || at > y1 + 1) continue;
            group.append(s("line", { class: "grid-line", x1: x0, x2: x1, y1: at, y2: at }),
                s("text", { x: x0 - 7, y: at + 4, "text-anchor": "end" }, tick.text));
        }
        let free = -Infinity;
        for (const tick of xTicks ?? x.ticks(Math.max(2, (x1 - x0) / 84))) {
            const at = x(tick.value);
            if (at < x0 - 1 || at > x1 + 1) continue;
            group.append(s("line", { class: "axis-line", x1: at, x2: at, y1, y2: y1 + 4 }));
            const half = textWidth(tick.text) / 2;
            if (at - half < free) continue;
            const shift = Math.min(0, this.width - 2 - (at + half));
            group.append(s("text", {
                x: at + shift, y: y1 + 17, "text-anchor": "middle",
            }, tick.text));
            free = at + half + 8;
        }
        group.append(s("line", { class: "axis-line", x1: x0, x2: x1, y1, y2: y1 }));
        if (xLabel) {
            group.append(s("text", { x: x1, y: this.height - 3, "text-anchor": "end" }, xLabel));
        }
        if (yLabel) {
            group.append(s("text", {
                x: 11, y: (y0 + y1) / 2, "text-anchor": "middle",
                transform: `rotate(-90 11 ${(y0 + y1) / 2})`,
            }, yLabel));
        }
        return group;
    }

    /** Shows lines of text near a point of the chart. */
    tell(x, y, ...lines) {
        show(this.tip, ...lines);
        this.tip.hidden = false;
        const width = this.tip.offsetWidth;
        const height = this.tip.offsetHeight;
        const left = x + 14 + width > this.width ? x - width - 14 : x + 14;
        const top = Math.min(Math.max(0, y - height / 2), Math.max(0, this.height - height));
        this.tip.style.left = `${Math.max(0, left)}px`;
        this.tip.style.top = `${top}px`;
    }

    quiet() {
        this.tip.hidden = true;
    }

    /** Where the pointer is, in the chart's own units. */
    at(event) {
        const box = this.svg.getBoundingClientRect();
        return { x: event.clientX - box.left, y: event.clientY - box.top };
    }
}

/** A line of a readout: a swatch, a name and a value. */
export function readoutRow(color, name, value) {
    return h("div", { class: "row" },
        color === undefined ? null : h("i", { class: swatchClass(color) }),
        h("span", {}, name), h("b", {}, value));
}
