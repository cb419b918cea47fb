// A color for a value between the best and the worst, from yellow over green to dark blue
// (viridis), which gray printers and color-blind eyes order in the same way.

const stops = [
    [68, 1, 84], [65, 68, 135], [42, 120, 142], [34, 168, 132], [122, 209, 81], [253, 231, 37],
];

/** Share 0 is dark, 1 is light. */
export function ramp(share) {
    const at = Math.min(1, Math.max(0, share)) * (stops.length - 1);
    const index = Math.min(stops.length - 2, Math.floor(at));
    const rest = at - index;
    const mixed = stops[index].map((value, channel) =>
        Math.round(value + (stops[index + 1][channel] - value) * rest));
    return `rgb(${mixed.join(",")})`;
}

/** Shares of values by rank, so that a few very bad ones do not make all others look alike. */
export function rankShares(values) {
    const finite = values.filter(Number.isFinite).sort((a, b) => a - b);
    const last = Math.max(1, finite.length - 1);
    return values.map((value) => {
        if (!Number.isFinite(value)) return NaN;
        let low = 0;
        let high = finite.length;
        while (low < high) {
            const middle = (low + high) >> 1;
            if (finite[middle] < value) low = middle + 1;
            else high = middle;
        }
        return low / last;
    });
}
