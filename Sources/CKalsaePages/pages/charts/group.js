// Charts with one x axis: where one is zoomed or pointed at, all are.

import { extent } from "./scale.js";

export class ChartGroup {
    constructor() {
        this.charts = new Set();
        this.lefts = new Map();
        this.zoom = undefined;
        this.onZoom = () => {};
    }

    add(chart) {
        this.charts.add(chart);
    }

    remove(chart) {
        this.charts.delete(chart);
        this.lefts.delete(chart);
        chart.end();
    }

    /** The left margin that all aligned charts need; where it grew, the others are drawn anew. */
    left(chart, wanted) {
        const before = Math.max(0, ...this.lefts.values());
        this.lefts.set(chart, wanted);
        const now = Math.max(...this.lefts.values());
        if (now !== before) {
            for (const other of this.lefts.keys()) if (other !== chart) other.schedule();
        }
        return now;
    }

    setZoom(domain) {
        this.zoom = domain;
        for (const chart of this.charts) chart.schedule();
        this.onZoom(domain);
    }

    point(leading, value) {
        for (const chart of this.charts) {
            if (value === undefined) chart.unpoint();
            else chart.point(value, chart === leading);
        }
    }

    /** The x values of all charts together, so that what lies below each other is equal. */
    domain(kind) {
        return extent([...this.charts].flatMap((chart) => chart.visible.map((one) => one.x)), kind, 0);
    }

    each(action) {
        for (const chart of this.charts) {
            action(chart);
            chart.schedule();
        }
    }

    end() {
        for (const chart of this.charts) chart.end();
        this.charts.clear();
    }
}
