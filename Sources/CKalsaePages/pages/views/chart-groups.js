// Which metrics share a chart: training with validation, the candidates of a table, the rest alone.

const parts = ["train", "validation"];
const hidden = /^(gradient|update)\//;

/**
 * Groups of metrics: [{title, names, gap, isSpan}]. `metrics`: [{name, count}]. The values of a test
 * are numbers, not curves; so are those that the learning of a table measures once.
 */
export function chartGroups(metrics, isTable = false) {
    const groups = new Map();
    const put = (title, name) => {
        if (!groups.has(title)) groups.set(title, { title, names: [] });
        groups.get(title).names.push(name);
    };
    for (const { name, count } of metrics) {
        if (hidden.test(name) || name === "rate" || (name.startsWith("test/") && count < 3)
            || isSingle({ name, count }, isTable)) continue;
        const [, first, rest] = /^([^/]+)\/(.+)$/.exec(name) ?? [null, null, name];
        put(first === null || parts.includes(first) || rest === "loss" ? rest : name, name);
    }
    if (metrics.some((metric) => metric.name === "rate")) put("rate", "rate");
    const rank = (title) => {
        const index = ["loss", "accuracy"].indexOf(title);
        if (index >= 0) return index;
        return title === "rate" ? 0.5 : /^(time\/|compilations)/.test(title) ? 95 : 50;
    };
    const list = [...groups.values()].sort((a, b) =>
        rank(a.title) - rank(b.title) || a.title.localeCompare(b.title));
    for (const group of list) {
        group.isSpan = group.title === "loss";
        const pair = parts.map((part) => `${part}/${group.title}`);
        if (pair.every((name) => group.names.includes(name))) group.gap = pair;
        group.names.sort((a, b) => order(a) - order(b));
    }
    return list;
}

// Steps lie behind epochs.
const order = (name) => (name.startsWith("train/") ? 1 : name.startsWith("validation/") ? 2
    : name.includes("/") ? 3 : 0);

const isSingle = ({ name, count }, isTable) => isTable && name.startsWith("validation/") && count < 2;

/** Numbers that are told once, by part: those of the test, and of a table's validation. */
export function singleNumbers(metrics, isTable) {
    return ["validation", "test"].map((part) => [part, metrics.filter((metric) => (part === "test"
        ? metric.name.startsWith("test/") : isSingle(metric, isTable)))])
        .filter(([, found]) => found.length > 0);
}
