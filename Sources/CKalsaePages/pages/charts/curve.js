// Values of a curve: smoothing, decimation, and the path that draws it.

/** Exponential smoothing without the pull of the first value; weight in [0, 1). */
export function smoothed(values, weight) {
    if (!(weight > 0)) return values;
    const result = new Array(values.length);
    let sum = 0;
    let total = 0;
    for (let index = 0; index < values.length; index += 1) {
        const value = values[index];
        if (!Number.isFinite(value)) {
            result[index] = value;
            continue;
        }
        sum = sum * weight + value * (1 - weight);
        total = total * weight + (1 - weight);
        result[index] = sum / total;
    }
    return result;
}

/**
 * The path of a curve: of all points in one column of pixels the first, lowest, highest and last
 * (Jugel et al., "M4", 2014), so that it looks the same with fewer.
 */
export function path(xs, ys, toX, toY) {
    let text = "";
    let isDown = false;
    let column = NaN;
    let first = 0;
    let last = 0;
    let low = 0;
    let high = 0;
    const draw = (x, y) => {
        text += `${isDown ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
        isDown = true;
    };
    const flush = () => {
        if (Number.isNaN(column)) return;
        draw(column, first);
        if (low !== first && low !== last) draw(column, low);
        if (high !== first && high !== last) draw(column, high);
        if (last !== first || low !== high) draw(column, last);
        column = NaN;
    };
    for (let index = 0; index < xs.length; index += 1) {
        const x = toX(xs[index]);
        const y = toY(ys[index]);
        if (!Number.isFinite(x) || !Number.isFinite(y)) {
            flush();
            isDown = false;
            continue;
        }
        const pixel = Math.round(x * 2) / 2;
        if (pixel !== column) {
            flush();
            column = pixel;
            first = low = high = y;
        }
        last = y;
        if (y < low) low = y;
        if (y > high) high = y;
    }
    flush();
    return text;
}

/** The index of the value nearest to `x` in a rising list; -1 of none. */
export function nearest(xs, x) {
    if (xs.length === 0) return -1;
    let low = 0;
    let high = xs.length - 1;
    while (high - low > 1) {
        const middle = (low + high) >> 1;
        if (xs[middle] < x) low = middle;
        else high = middle;
    }
    return Math.abs(xs[low] - x) <= Math.abs(xs[high] - x) ? low : high;
}

/** The outline between two curves where both have the same x, for the gap of two losses. */
export function band(a, b, toX, toY) {
    const above = [];
    const below = [];
    const other = new Map(b.x.map((x, index) => [x, b.y[index]]));
    for (let index = 0; index < a.x.length; index += 1) {
        const y = other.get(a.x[index]);
        const points = [toX(a.x[index]), toY(a.y[index]), toY(y)];
        if (y === undefined || !points.every(Number.isFinite)) continue;
        above.push(`${points[0].toFixed(1)} ${points[1].toFixed(1)}`);
        below.push(`${points[0].toFixed(1)} ${points[2].toFixed(1)}`);
    }
    if (above.length < 2) return "";
    return `M${above.join("L")}L${below.reverse().join("L")}Z`;
}
