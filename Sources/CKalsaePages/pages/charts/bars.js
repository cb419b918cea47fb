// Horizontal bars with names and values: importance, probabilities, sizes by layer.

import { s } from "../core/dom.js";
import { number } from "../core/format.js";
import { t } from "../core/words.js";
import { fillClass } from "./colors.js";
import { Plot } from "./plot.js";
import { makeScale } from "./scale.js";

const rowHeight = 26;

/** `bars`: [{name, value, color}]; on a log scale a bar begins at the least power of ten. */
export class BarChart extends Plot {
    constructor(options) {
        super({ height: 60, ...options });
        this.kind = options.kind ?? "linear";
        this.text = options.text ?? ((value) => number(value));
        this.most = options.most;
        this.bars = [];
        this.valueName = options.valueName ?? t("value");
    }

    draw() {
        this.height = Math.max(1, this.bars.length) * rowHeight + 8;
        this.svg.setAttribute("viewBox", `0 0 ${this.width} ${this.height}`);
        this.svg.setAttribute("height", this.height);
        const names = Math.min(this.width * 0.42,
            Math.max(...this.bars.map((bar) => bar.name.length * 7), 20) + 12);
        const values = this.bars.map((bar) => bar.value)
            .filter((value) => Number.isFinite(value) && (this.kind !== "log" || value > 0));
        const high = this.most ?? Math.max(...values, this.kind === "log" ? 1e-12 : 0);
        const low = this.kind === "log" ? 10 ** Math.floor(Math.log10(Math.min(...values, high)) - 0.2)
            : 0;
        const x = makeScale(this.kind, [low, high || 1], [names, this.width - 64]);
        this.svg.replaceChildren(...this.bars.map((bar, index) => {
            const y = index * rowHeight + 4;
            const width = Number.isFinite(bar.value) ? Math.max(1, x(bar.value) - names) : 0;
            return s("g", {},
                s("title", {}, `${bar.name}: ${this.text(bar.value)}`),
                s("text", { class: "value", x: names - 8, y: y + 16, "text-anchor": "end" },
                    shortened(bar.name, (names - 12) / 6.4)),
                s("rect", {
                    class: fillClass(bar.color), x: names, y: y + 3, width: width || 0,
                    height: rowHeight - 9, rx: 2,
                }),
                s("text", { class: "value", x: names + (width || 0) + 6, y: y + 16 },
                    this.text(bar.value)));
        }));
    }

    table() {
        return {
            columns: [t("name"), this.valueName],
            rows: this.bars.map((bar) => [bar.name, bar.value]),
        };
    }
}

function shortened(text, most) {
    return text.length <= most ? text : `…${text.slice(Math.ceil(text.length - most + 1))}`;
}
