// Events on the time axis: a dashed line with a flag that tells what happened.

import { s } from "../core/dom.js";

/** The marks of a chart; of more than sixty the newest. */
export function marksOf(chart) {
    const { x0, x1, y0, y1 } = chart.inner;
    const group = s("g", { class: "marks" });
    for (const mark of chart.marks.slice(-60)) {
        const at = chart.x(mark.x);
        if (!(at >= x0 - 0.5 && at <= x1 + 0.5)) continue;
        group.append(s("g", {},
            s("title", {}, mark.text),
            s("line", { class: "mark", x1: at, x2: at, y1: y0, y2: y1 }),
            s("path", {
                class: `mark-flag ${mark.kind}`,
                d: `M${at - 4.5} ${y0}h9l-4.5 7z`,
            })));
    }
    return group;
}
