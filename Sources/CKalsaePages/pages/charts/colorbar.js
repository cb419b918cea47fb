// The scale of colors beside a chart that colors values by their rank.

import { s } from "../core/dom.js";
import { number } from "../core/format.js";
import { textWidth } from "./plot.js";

const cells = 48;
const wide = 12;

/** Values at the least, the quarters and the greatest: [{share, text}], without equal texts. */
export function rankTicks(values) {
    const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
    const ticks = [];
    for (const share of sorted.length ? [0, 0.25, 0.5, 0.75, 1] : []) {
        const text = number(sorted[Math.round(share * (sorted.length - 1))], 3);
        if (ticks.at(-1)?.text !== text) ticks.push({ share, text });
    }
    return ticks;
}

/** The pixels that a scale takes beside a chart. */
export function colorBarWidth(values, label = "") {
    const widest = Math.max(0, ...rankTicks(values).map((tick) => textWidth(tick.text)));
    return wide + 8 + widest + (label ? 18 : 0);
}

/** The scale from `x` on: `color(share)` of a rank, 0 the least value. */
export function colorBar(values, color, { x, y0, y1, label = "" }) {
    const height = (y1 - y0) / cells;
    const group = s("g", { class: "color-bar", "aria-hidden": "true" });
    for (let cell = 0; cell < cells; cell += 1) {
        group.append(s("rect", {
            x, width: wide, y: (y1 - (cell + 1) * height).toFixed(1),
            height: (height + 0.5).toFixed(1), fill: color((cell + 0.5) / cells), stroke: "none",
        }));
    }
    for (const { share, text } of rankTicks(values)) {
        const y = y1 - share * (y1 - y0);
        group.append(
            s("line", { class: "axis-line", x1: x + wide, x2: x + wide + 4, y1: y, y2: y }),
            s("text", { x: x + wide + 7, y: Math.min(y1, Math.max(y0 + 8, y + 4)) }, text));
    }
    if (label) {
        const at = x + colorBarWidth(values, label) - 4;
        group.append(s("text", {
            x: at, y: (y0 + y1) / 2, "text-anchor": "middle",
            transform: `rotate(-90 ${at} ${(y0 + y1) / 2})`,
        }, label));
    }
    return group;
}
