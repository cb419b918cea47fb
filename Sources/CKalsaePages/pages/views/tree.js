// Which run branched from which. Rows are made from a stack, so that a long line of branches is no
// trouble.

import { api } from "../core/api.js";
import { h, show } from "../core/dom.js";
import { ago, number } from "../core/format.js";
import { check, empty, pageHead, runBadge } from "../core/parts.js";
import { metricName, t } from "../core/words.js";

async function allRuns(signal) {
    const runs = [];
    for (;;) {
        const answer = await api.get("/api/runs", {
            limit: 500, offset: runs.length, sort: "created", order: "asc",
        }, signal);
        runs.push(...answer.runs);
        if (answer.runs.length === 0 || runs.length >= answer.total || runs.length >= 5000) return runs;
    }
}

/** Runs in the order of a tree, each with its depth. */
function ordered(runs) {
    const byKey = new Map(runs.map((run) => [run.key, run]));
    const children = new Map();
    const roots = [];
    for (const run of runs) {
        if (run.parent && byKey.has(run.parent)) {
            if (!children.has(run.parent)) children.set(run.parent, []);
            children.get(run.parent).push(run);
        } else roots.push(run);
    }
    const rows = [];
    // The newest root comes first.
    const waiting = roots.map((run) => ({ run, depth: 0 }));
    while (waiting.length) {
        const row = waiting.pop();
        const below = children.get(row.run.key) ?? [];
        rows.push({ ...row, isParent: below.length > 0 });
        for (const run of below.slice().reverse()) waiting.push({ run, depth: row.depth + 1 });
    }
    return rows;
}

export default async function tree(main, { signal }) {
    const rows = ordered(await allRuns(signal));
    const box = h("div", {});
    const draw = (isFamilyOnly) => {
        const shown = rows.filter((row) => !isFamilyOnly || row.isParent || row.depth > 0)
            .slice(0, 1000);
        show(box, shown.length ? h("ul", { class: "tree" }, shown.map(({ run, depth }) => {
            const name = ["validation/loss", "loss"].find((one) => one in (run.metrics ?? {}));
            return h("li", { style: { paddingInlineStart: `${Math.min(depth, 12) * 26 + 8}px` } },
                depth > 0 && h("span", { class: "branch-line", "aria-hidden": "true" }),
                h("span", { class: "sr" }, t("tree.level", { depth: depth + 1 })),
                h("a", { href: `#/runs/${encodeURIComponent(run.key)}` }, run.name),
                run.parentStep !== null && run.parentStep !== undefined && h("span", { class: "muted" },
                    t("tree.from", { step: number(run.parentStep, 8) })),
                runBadge(run),
                name && h("span", { class: "muted" }, `${metricName(name)} ${number(run.metrics[name])}`),
                h("span", { class: "muted push" }, ago(run.created)));
        })) : empty(t("tree.none")));
    };
    const hasFamilies = rows.some((row) => row.depth > 0);
    draw(hasFamilies);
    show(main, pageHead(t("nav.tree"), {
        actions: [check(t("tree.families"), hasFamilies, draw)],
    }), h("p", { class: "muted" }, t("tree.help")), box);
}
