// Curves over steps, epochs or time: zoom by dragging, a crosshair with values, marks of events.

import { h, s } from "../core/dom.js";
import { clock, number } from "../core/format.js";
import { t } from "../core/words.js";
import { fillClass, strokeClass } from "./colors.js";
import { band, nearest, path, smoothed } from "./curve.js";
import { marksOf } from "./marks.js";
import { Plot, readoutRow } from "./plot.js";
import { extent, makeScale } from "./scale.js";

/**
 * A line chart. `series`: [{name, color, dash, x, y, isHidden, end}], where `end` is
 * how far one of steps goes; `marks`: [{x, kind, text}];
 * `gap`: two indices of series between which is shaded; `group`: charts that zoom and point
 * together (`ChartGroup`); `isAligned`: whether their frames begin at one x.
 */
export class LineChart extends Plot {
    constructor(options) {
        super(options);
        this.series = [];
        this.marks = [];
        this.smoothing = 0;
        this.xKind = options.xKind ?? "linear";
        this.yKind = options.yKind ?? "linear";
        this.xLabel = options.xLabel ?? "";
        this.showsPoints = options.showsPoints ?? false;
        this.isFirstOnTop = options.isFirstOnTop ?? false;
        this.isAligned = options.isAligned ?? false;
        this.group = options.group;
        this.group?.add(this);
        this.element.tabIndex = 0;
        this.element.setAttribute("role", "group");
        this.element.setAttribute("aria-roledescription", t("chart"));
        this.element.setAttribute("aria-label", `${this.label}. ${t("chart.keys")}`);
        this.voice = h("div", { class: "sr", "aria-live": "polite" });
        this.element.append(this.voice);
        this.listen();
    }

    get zoom() {
        return this.group ? this.group.zoom : this.ownZoom;
    }

    setZoom(domain) {
        if (this.group) this.group.setZoom(domain);
        else {
            this.ownZoom = domain;
            this.schedule();
        }
    }

    get visible() {
        return this.series.filter((one) => !one.isHidden);
    }

    draw() {
        const shown = this.visible.map((one) => ({ ...one, smooth: smoothed(one.y, this.smoothing) }));
        const xs = this.group?.domain(this.xKind)
            ?? extent(shown.map((one) => one.x), this.xKind, 0);
        const domain = this.zoom ?? xs;
        const inZoom = (one, values) =>
            this.zoom ? values.filter((_, i) => one.x[i] >= domain[0] && one.x[i] <= domain[1])
                : values;
        const ys = extent(
            shown.map((one) => inZoom(one, this.smoothing > 0.5 ? one.smooth : one.y)), this.yKind);
        const yTicks = makeScale(this.yKind, ys, [this.inner.y1, this.inner.y0])
            .ticks(Math.max(2, (this.inner.y1 - this.inner.y0) / 40));
        this.fitLeft(yTicks);
        if (this.isAligned) this.margins.left = this.group.left(this, this.margins.left);
        const { x0, x1, y0, y1 } = this.inner;
        this.x = makeScale(this.xKind, domain, [x0, x1]);
        this.y = makeScale(this.yKind, ys, [y1, y0]);
        this.shown = shown;
        const curves = s("g", { "clip-path": `url(#${this.clipID})` });
        if (this.gap) curves.append(this.gapShape());
        for (const one of this.isFirstOnTop ? shown.slice().reverse() : shown) {
            this.drawCurve(curves, one);
        }
        this.hover = s("g", { "aria-hidden": "true" });
        this.box = s("rect", { class: "zoom-box", y: y0, height: y1 - y0, width: 0, x: x0 });
        this.svg.replaceChildren(
            this.clip(), this.axes(this.x, this.y, { xLabel: this.xLabel, yTicks }),
            marksOf(this), curves, this.hover, this.box);
        if (this.pointed !== undefined) this.point(this.pointed, this.isLeading);
    }

    drawCurve(into, one) {
        const look = `curve ${strokeClass(one.color)}`;
        const dash = one.dash || undefined;
        if (one.isSteps) return this.drawSteps(into, one, look);
        if (this.smoothing > 0) {
            into.append(s("path", { class: `${look} raw`, d: path(one.x, one.y, this.x, this.y) }));
        }
        into.append(s("path", {
            class: one.isFaint && this.smoothing === 0 ? `${look} faint` : look, "stroke-dasharray": dash, d: path(one.x, one.smooth, this.x, this.y),
        }));
        if (one.x.length > 1 && !(this.showsPoints && one.x.length <= 24)) return;
        one.x.forEach((x, index) => {
            if (!Number.isFinite(one.y[index])) return;
            into.append(s("circle", {
                class: `dot ${fillClass(one.color)}`, cx: this.x(x), cy: this.y(one.y[index]), r: 3,
            }));
        });
    }

    /** A value that holds until the next: a line of steps to the end of its run. */
    drawSteps(into, one, look) {
        const ends = [...one.x.slice(1), one.end ?? this.x.domain[1]];
        const d = one.x.map((x, index) => {
            const [from, to, y] = [this.x(x), this.x(Math.max(x, ends[index])), this.y(one.y[index])];
            return [from, to, y].every(Number.isFinite)
                ? `${index ? "L" : "M"}${from.toFixed(1)} ${y.toFixed(1)}L${to.toFixed(1)} ${y.toFixed(1)}` : "";
        });
        into.append(s("path", { class: look, d: d.join("") }));
    }

    gapShape() {
        const [a, b] = this.gap.map((name) => this.shown.find((one) => one.name === name));
        const d = a && b ? band({ x: a.x, y: a.smooth }, { x: b.x, y: b.smooth }, this.x, this.y) : "";
        return s("path", { class: "gap", d });
    }

    /** Shows the values nearest to an x; charts of a group follow the one under the pointer. */
    point(value, isLeading = true) {
        this.pointed = value;
        this.isLeading = isLeading;
        if (!this.x || !this.hover) return;
        this.hover.replaceChildren();
        const rows = [];
        let at;
        for (const one of this.shown) {
            const index = nearest(one.x, value);
            if (index < 0) continue;
            const x = one.x[index];
            const y = one.smooth[index];
            if (at === undefined || Math.abs(x - value) < Math.abs(at - value)) at = x;
            if (Number.isFinite(y)) {
                this.hover.append(s("circle", {
                    class: `dot ${fillClass(one.color)}`, cx: this.x(x), cy: this.y(y), r: 3.5,
                }));
            }
            rows.push(readoutRow(one.color, one.name, number(y)));
        }
        if (at === undefined) return;
        const px = this.x(at);
        const { x0, x1, y0, y1 } = this.inner;
        if (px < x0 - 1 || px > x1 + 1) return this.quiet();
        this.hover.prepend(s("line", { class: "hair", x1: px, x2: px, y1: y0, y2: y1 }));
        const title = this.xKind === "time" ? clock(at) : number(at, 7);
        const near = this.marks.filter((mark) => Math.abs(this.x(mark.x) - px) < 5).slice(-3);
        const lines = [h("div", { class: "at" }, `${this.xLabel} ${title}`), ...rows.slice(0, 12),
            ...near.map((mark) => h("div", { class: "at" }, `⚑ ${mark.text}`))];
        if (isLeading) this.tell(px, this.pointerY ?? this.height / 2, ...lines);
        else this.quiet();
        this.atX = at;
        return lines;
    }

    unpoint() {
        this.pointed = undefined;
        this.hover?.replaceChildren();
        this.quiet();
    }

    share(value) {
        if (this.group) this.group.point(this, value);
        else if (value === undefined) this.unpoint();
        else this.point(value);
    }

    listen() {
        let start;
        this.element.addEventListener("pointermove", (event) => {
            if (!this.x) return;
            const { x, y } = this.at(event);
            this.pointerY = y;
            if (start !== undefined) {
                this.box.setAttribute("x", Math.min(start, x));
                this.box.setAttribute("width", Math.abs(x - start));
            }
            this.share(this.x.invert(x));
        });
        this.element.addEventListener("pointerdown", (event) => {
            if (event.button !== 0 || event.pointerType === "touch") return;
            start = this.at(event).x;
            this.element.setPointerCapture(event.pointerId);
        });
        this.element.addEventListener("pointerup", (event) => {
            if (start === undefined) return;
            const ends = [start, this.at(event).x].sort((a, b) => a - b);
            start = undefined;
            this.box.setAttribute("width", 0);
            if (ends[1] - ends[0] < 6) return;
            const { x0, x1 } = this.inner;
            this.setZoom([this.x.invert(Math.max(x0, ends[0])), this.x.invert(Math.min(x1, ends[1]))]);
        });
        this.element.addEventListener("pointerleave", () => this.share(undefined));
        this.element.addEventListener("dblclick", () => this.setZoom(undefined));
        this.element.addEventListener("keydown", (event) => this.key(event));
        this.element.addEventListener("blur", () => this.share(undefined));
    }

    key(event) {
        const first = this.shown?.[0];
        if (!first || first.x.length === 0) return;
        if (event.key === "Escape" && this.zoom) {
            event.stopPropagation();
            this.setZoom(undefined);
        }
        const last = first.x.length - 1;
        const now = this.pointed === undefined ? last : nearest(first.x, this.pointed);
        const stride = event.shiftKey ? Math.max(1, Math.round(last / 20)) : 1;
        const next = {
            ArrowLeft: now - stride, ArrowRight: now + stride, Home: 0, End: last,
        }[event.key];
        if (next === undefined) return;
        event.preventDefault();
        this.pointerY = undefined;
        this.share(first.x[Math.min(last, Math.max(0, next))]);
        this.voice.textContent = this.tip.innerText;
    }

    /** The chart's numbers: a row for each point of each series. */
    table() {
        const rows = [];
        for (const one of this.series) {
            one.x.forEach((x, index) => rows.push([one.name, x, one.y[index]]));
        }
        return { columns: [t("series"), this.xLabel, t("value")], rows };
    }
}
