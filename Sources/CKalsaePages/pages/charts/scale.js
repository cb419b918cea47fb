// From values to pixels and back, and where ticks go.

import { clock, number } from "../core/format.js";

/** A scale over `domain` = [low, high] onto `range` of pixels; kinds are linear, integer, log and time. */
export function makeScale(kind, domain, range) {
    const isLog = kind === "log";
    const forward = isLog ? Math.log10 : (x) => x;
    let [low, high] = domain.map(forward);
    if (!(high > low)) {
        const pad = Math.abs(low) * 0.05 || 0.5;
        low -= pad;
        high += pad;
    }
    const factor = (range[1] - range[0]) / (high - low);
    const scale = (x) => range[0] + (forward(x) - low) * factor;
    scale.invert = (pixel) => {
        const value = low + (pixel - range[0]) / factor;
        return isLog ? 10 ** value : value;
    };
    scale.kind = kind;
    scale.range = range;
    scale.domain = isLog ? [10 ** low, 10 ** high] : [low, high];
    scale.ticks = (count) => {
        if (isLog) return logTicks(low, high, count);
        if (kind === "time") return timeTicks(low, high, count);
        return linearTicks(low, high, count, kind === "integer" ? 1 : 0);
    };
    return scale;
}

function niceStep(span, count) {
    const rough = span / Math.max(1, count);
    const power = 10 ** Math.floor(Math.log10(rough));
    const rest = rough / power;
    return power * (rest < 1.5 ? 1 : rest < 3.5 ? 2 : rest < 7.5 ? 5 : 10);
}

function every(low, high, step, text) {
    const ticks = [];
    for (let index = Math.ceil(low / step - 1e-9); index * step <= high + step * 1e-9; index += 1) {
        if (ticks.length > 60) break;
        const value = Number((index * step).toPrecision(12));
        ticks.push({ value, text: text(value) });
    }
    return ticks;
}

const units = [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"]];

function linearTicks(low, high, count, least = 0) {
    const step = Math.max(least, niceStep(high - low, count));
    const largest = Math.max(Math.abs(low), Math.abs(high));
    const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    const text = (value) => {
        if (digits > 5 || largest >= 1e15) return number(value, 3);
        if (largest >= 1e4 && digits === 0) {
            // 8M, 0.5M and 150k: one unit for an axis, with two decimals at most.
            const [size, unit] = units.find(([one]) => largest >= one && step % (one / 100) === 0)
                ?? [1, ""];
            return value === 0 ? "0" : number(value / size, 12) + unit;
        }
        return value.toFixed(digits).replace("-", "−");
    };
    return every(low, high, step, text);
}

const clockSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 86400];

function timeTicks(low, high, count) {
    const rough = (high - low) / Math.max(1, count);
    if (rough < 1) return every(low, high, niceStep(high - low, count), clock);
    const step = clockSteps.find((value) => value >= rough) ?? niceStep(high - low, count);
    return every(low, high, step, clock);
}

function logTicks(low, high, count) {
    const decades = high - low;
    if (decades < 0.7) {
        return linearTicks(10 ** low, 10 ** high, count).filter((tick) => tick.value > 0);
    }
    const stride = Math.max(1, Math.ceil(decades / count));
    const factors = decades <= count / 3 ? [1, 2, 5] : [1];
    const ticks = [];
    for (let power = Math.floor(low); power <= Math.ceil(high); power += 1) {
        for (const factor of power % stride === 0 ? factors : []) {
            const value = factor * 10 ** power;
            const at = Math.log10(value);
            if (at >= low - 1e-9 && at <= high + 1e-9) ticks.push({ value, text: number(value, 2) });
        }
    }
    return ticks;
}

/** The least and greatest of finite (for log: positive) values, with a margin. */
export function extent(lists, kind, margin = 0.04) {
    let low = Infinity;
    let high = -Infinity;
    for (const list of lists) {
        for (const value of list) {
            if (!Number.isFinite(value) || (kind === "log" && value <= 0)) continue;
            if (value < low) low = value;
            if (value > high) high = value;
        }
    }
    if (low > high) return kind === "log" ? [0.1, 1] : [0, 1];
    if (kind === "log") {
        const pad = (high / low) ** margin;
        return low === high ? [low / 2, high * 2] : [low / pad, high * pad];
    }
    const pad = (high - low) * margin;
    return low === high
        ? [low - (Math.abs(low) * 0.1 || 0.5), high + (Math.abs(high) * 0.1 || 0.5)]
        : [low - pad, high + pad];
}
