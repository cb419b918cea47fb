// Numbers, times and sizes as people read them, and numbers as JSON has them.

import { currentLanguage, t } from "./words.js";

/** A number of the server: null is NaN, "inf" and "-inf" are texts. */
export function parsed(value) {
    if (value === null || value === "nan") return NaN;
    if (value === "inf") return Infinity;
    if (value === "-inf") return -Infinity;
    return value;
}

/** Some significant digits; very small and very large ones with an exponent. */
export function number(value, digits = 4) {
    if (value === undefined || value === "") return "–";
    const x = parsed(value);
    if (typeof x !== "number") return String(x);
    if (Number.isNaN(x)) return "NaN";
    if (!Number.isFinite(x)) return x > 0 ? "∞" : "−∞";
    if (x === 0) return "0";
    const size = Math.abs(x);
    let text;
    if (size < 1e-4 || size >= 1e7) {
        text = x.toExponential(digits - 1).replace(/\.?0+e/, "e").replace("e+", "e");
    } else if (Number.isInteger(x)) {
        text = size >= 1e4 ? x.toLocaleString("en-US") : String(x);
    } else {
        text = Number(x.toPrecision(digits)).toString();
    }
    return text.replace(/-/g, "−");
}

/** A setting: numbers short, lists and objects as JSON. */
export function setting(value, digits = 6) {
    if (value === undefined) return "–";
    if (value === null) return "null";
    if (typeof value === "number") return number(value, digits);
    return typeof value === "object" ? JSON.stringify(value) : String(value);
}

export function percent(share, digits = 1) {
    return `${(share * 100).toFixed(digits)} %`;
}

/** Milliseconds as two of days, hours, minutes and seconds. */
export function duration(milliseconds) {
    if (!(milliseconds >= 0)) return "–";
    const seconds = milliseconds / 1000;
    const gap = currentLanguage() === "ko" ? "" : " ";
    if (seconds < 10) return `${seconds.toFixed(1)}${gap}${t("unit.s")}`;
    const parts = [
        [Math.floor(seconds / 86400), t("unit.d")],
        [Math.floor(seconds / 3600) % 24, t("unit.h")],
        [Math.floor(seconds / 60) % 60, t("unit.min")],
        [Math.floor(seconds) % 60, t("unit.s")],
    ];
    const first = parts.findIndex(([count]) => count > 0);
    return parts.slice(first, first + 2).filter(([count]) => count > 0)
        .map(([count, unit]) => `${count}${gap}${unit}`).join(" ");
}

/** Seconds on an axis. */
export function clock(seconds) {
    const sign = seconds < 0 ? "−" : "";
    const all = Math.abs(seconds);
    if (all < 60) return `${sign}${Number(all.toFixed(2))} ${t("unit.s")}`;
    const pad = (value) => String(Math.floor(value)).padStart(2, "0");
    const rest = `${pad((all / 60) % 60)}:${pad(all % 60)}`;
    return sign + (all < 3600 ? rest.replace(/^0/, "") : `${Math.floor(all / 3600)}:${rest}`);
}

const steps = [[60, "second"], [60, "minute"], [24, "hour"], [30, "day"], [12, "month"]];

/** "3 minutes ago". */
export function ago(time, now = Date.now()) {
    if (!time) return "–";
    let amount = (time - now) / 1000;
    if (Math.abs(amount) < 5) return t("time.now");
    const format = new Intl.RelativeTimeFormat(currentLanguage(), { style: "short" });
    for (const [size, unit] of steps) {
        if (Math.abs(amount) < size) return format.format(Math.round(amount), unit);
        amount /= size;
    }
    return format.format(Math.round(amount), "year");
}

export function moment(time) {
    if (!time) return "–";
    return new Intl.DateTimeFormat(currentLanguage(), {
        dateStyle: "medium", timeStyle: "medium",
    }).format(time);
}

export function bytes(count) {
    if (!(count >= 0)) return "–";
    const units = ["B", "kB", "MB", "GB", "TB"];
    let index = 0;
    let value = count;
    while (value >= 1000 && index < units.length - 1) {
        value /= 1000;
        index += 1;
    }
    return `${index === 0 ? value : value.toFixed(value < 10 ? 2 : 1)} ${units[index]}`;
}
