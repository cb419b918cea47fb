// The objective over two parameters: a smooth surface through the trials, with the trials on it.

import { s } from "../core/dom.js";
import { colorBar, colorBarWidth } from "./colorbar.js";
import { ramp, rankShares } from "./ramp.js";
import { ScatterChart } from "./scatter.js";

const cells = 64;
const levels = 12;

/** A scatter chart whose ground shows values by a kernel of nearby trials. */
export class ContourChart extends ScatterChart {
    constructor(options) {
        super({ height: 300, ...options });
        this.isLowBest = true;
    }

    color(share) {
        return ramp(this.isLowBest ? 1 - share : share);
    }

    draw() {
        const heights = this.points.map((point) => point.value).filter(Number.isFinite);
        this.margins.right = heights.length < 4 ? 12 : colorBarWidth(heights, this.valueLabel) + 12;
        super.draw();
        const { x0, x1, y0, y1 } = this.inner;
        const known = this.points.filter((point) => Number.isFinite(point.value));
        if (known.length < 4) return;
        const xs = known.map((point) => (this.x(point.x) - x0) / (x1 - x0));
        const ys = known.map((point) => (this.y(point.y) - y0) / (y1 - y0));
        const shares = rankShares(known.map((point) => point.value));
        const radius = 0.35 / Math.sqrt(known.length) + 0.05;
        const ground = s("g", { class: "ground", opacity: 0.85, "shape-rendering": "crispEdges" });
        for (let row = 0; row < cells; row += 1) {
            let run = { level: NaN, from: 0 };
            for (let column = 0; column <= cells; column += 1) {
                if (column === cells) {
                    ground.append(this.cell(run, column, row));
                    break;
                }
                let sum = 0;
                let total = 1e-9;
                for (let index = 0; index < known.length; index += 1) {
                    const dx = xs[index] - (column + 0.5) / cells;
                    const dy = ys[index] - (row + 0.5) / cells;
                    const weight = Math.exp(-(dx * dx + dy * dy) / (2 * radius * radius)) + 1e-7;
                    sum += weight * shares[index];
                    total += weight;
                }
                const level = Math.round((sum / total) * levels) / levels;
                if (level === run.level) continue;
                if (column > 0) ground.append(this.cell(run, column, row));
                run = { level, from: column };
            }
        }
        this.svg.insertBefore(ground, this.svg.children[2]);
        this.svg.append(colorBar(heights, (share) => this.color(share), {
            x: x1 + 12, y0, y1, label: this.valueLabel,
        }));
    }

    /** Neighboring cells of one level in a row. */
    cell({ level, from }, to, row) {
        const { x0, x1, y0, y1 } = this.inner;
        const [width, height] = [(x1 - x0) / cells, (y1 - y0) / cells];
        return s("rect", {
            x: (x0 + from * width).toFixed(1), y: (y0 + row * height).toFixed(1),
            width: ((to - from) * width + 0.5).toFixed(1), height: (height + 0.5).toFixed(1),
            fill: this.color(level),
        });
    }
}
