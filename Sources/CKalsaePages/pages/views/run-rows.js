// The table of runs: only rows in sight exist, pages of them are fetched as they come into sight.

import { api } from "../core/api.js";
import { eachFrame, h, show, throttled } from "../core/dom.js";
import { ago, duration, moment, number } from "../core/format.js";
import { failure, tagList, runBadge } from "../core/parts.js";
import { metricName, t } from "../core/words.js";

const rowHeight = 37;
const pageSize = 100;

const sortable = [["name", "name"], ["state", "state"], ["created", "created"],
    ["duration", "duration"]];

export class RunRows {
    constructor(options) {
        Object.assign(this, options);
        this.pages = new Map();
        this.asked = new Set();
        this.total = 0;
        this.head = h("thead");
        this.body = h("tbody");
        this.table = h("table", { class: "runs" },
            h("caption", { class: "sr" }, t("nav.runs")), this.head, this.body);
        this.element = h("div", {
            class: "table-scroll runs-scroll", tabindex: "0", role: "region",
            "aria-label": t("nav.runs"),
        }, this.table);
        this.draw = eachFrame(() => this.redraw());
        this.element.addEventListener("scroll", this.draw, { passive: true });
        addEventListener("resize", this.draw, { signal: this.signal });
        this.reloadSoon = throttled(250, () => this.reload());
        this.focused = undefined;
        this.generation = 0;
    }

    async reload() {
        this.generation += 1;
        this.asked.clear();
        const first = Math.max(0, Math.floor(this.element.scrollTop / rowHeight / pageSize));
        try {
            await this.fetchPage(first, true);
        } catch (error) {
            if (error.name !== "AbortError") {
                show(this.body, h("tr", {}, h("td", {}, failure(error, () => this.reload()))));
            }
        }
    }

    async fetchPage(index, isFirst = false) {
        if (this.asked.has(index)) return;
        this.asked.add(index);
        const generation = this.generation;
        const answer = await api.get("/api/runs", {
            ...this.filter, limit: pageSize, offset: index * pageSize,
        }, this.signal);
        if (generation !== this.generation) return;
        if (isFirst) this.pages.clear();
        this.total = answer.total;
        this.pages.set(index, answer.runs);
        this.onLoad(answer);
        this.draw();
    }

    row(index) {
        return this.pages.get(Math.floor(index / pageSize))?.[index % pageSize];
    }

    /** A row that changed, or a new one. */
    update(run) {
        for (const page of this.pages.values()) {
            const index = page.findIndex((other) => other.key === run.key);
            if (index < 0) continue;
            const isPinMoved = page[index].tags?.includes("pinned") !== run.tags?.includes("pinned");
            page[index] = { ...page[index], ...run };
            if (isPinMoved) this.reloadSoon();
            this.drawRow(page[index]);
            return;
        }
        this.reloadSoon();
    }

    headCell(key, text, isNumber = false) {
        const isSorted = this.filter.sort === key;
        return h("th", {
            scope: "col", class: `${isNumber ? "right" : ""} ${key === "name" ? "name" : ""}`,
            "aria-sort": isSorted ? (this.filter.order === "asc" ? "ascending" : "descending") : null,
        }, h("button", {
            type: "button", "data-sort": key,
            onclick: () => this.onSort(key, isSorted
                ? (this.filter.order === "asc" ? "desc" : "asc")
                : (key === "name" || isNumber ? "asc" : "desc")),
        }, text));
    }

    drawHead(columns) {
        const cells = [h("th", { scope: "col", class: "pick" },
            h("span", { class: "sr" }, t("runs.select")))];
        for (const [key, text] of sortable) cells.push(this.headCell(key, t(`column.${text}`)));
        cells.push(h("th", { scope: "col", class: "right" }, t("step")));
        for (const name of columns) cells.push(this.headCell(`metric:${name}`, metricName(name), true));
        const sign = `${columns.join()}|${this.filter.sort}|${this.filter.order}`;
        if (sign === this.headSign) return;
        this.headSign = sign;
        const focused = document.activeElement?.dataset?.sort;
        show(this.head, h("tr", {}, cells));
        if (focused) this.head.querySelector(`[data-sort="${CSS.escape(focused)}"]`)?.focus();
    }

    redraw() {
        if (this.signal.aborted || this.element.hidden) return;
        const columns = this.columns();
        this.drawHead(columns);
        const first = Math.max(0, Math.floor(this.element.scrollTop / rowHeight) - 8);
        const seen = Math.ceil(this.element.clientHeight / rowHeight) + 16;
        const last = Math.min(this.total, first + seen);
        for (let page = Math.floor(first / pageSize); page * pageSize < last; page += 1) {
            this.fetchPage(page).catch(() => this.asked.delete(page));
        }
        const width = 6 + columns.length;
        const spacer = (count) => h("tr", { class: "spacer", "aria-hidden": "true" },
            h("td", { colspan: width, style: { height: `${count * rowHeight}px` } }));
        const had = document.activeElement?.closest?.("tr")?.dataset.key;
        const part = document.activeElement?.dataset?.part;
        const list = [];
        for (let index = first; index < last; index += 1) {
            list.push(this.rowElement(this.row(index), index, columns));
        }
        show(this.body, first > 0 && spacer(first), list,
            last < this.total && spacer(this.total - last));
        this.table.setAttribute("aria-rowcount", this.total + 1);
        if (had && part) {
            this.body.querySelector(`tr[data-key="${CSS.escape(had)}"] [data-part="${part}"]`)?.focus();
        }
    }

    /** Draws one row anew, and leaves all others as the elements that a hand may be on. */
    drawRow(run) {
        const old = this.body.querySelector(`tr[data-key="${CSS.escape(run.key)}"]`);
        if (!old) return;
        const part = old.contains(document.activeElement) && document.activeElement.dataset.part;
        const next = this.rowElement(run, old.ariaRowIndex - 2, this.columns());
        old.replaceWith(next);
        if (part) next.querySelector(`[data-part="${part}"]`)?.focus();
    }

    rowElement(run, index, columns) {
        if (!run) {
            return h("tr", { "aria-rowindex": index + 2 },
                h("td", { colspan: 6 + columns.length, class: "muted" }, "…"));
        }
        const isPicked = this.picked.has(run.key);
        const isPinned = Boolean(run.tags?.includes("pinned"));
        const began = run.started ?? run.created;
        return h("tr", {
            "data-key": run.key, "aria-rowindex": index + 2, class: isPicked ? "picked" : "",
        },
        h("td", { class: "pick" }, h("input", {
            type: "checkbox", checked: isPicked, "data-part": "pick",
            "aria-label": `${t("runs.select")}: ${run.name}`, onchange: () => this.pick(run),
        })),
        h("th", { scope: "row", class: "name", title: run.note || run.name },
            h("button", {
                class: isPinned ? "star pin" : "star", type: "button", "data-part": "pin",
                "aria-pressed": String(isPinned), "aria-label": `${t("pin")}: ${run.name}`,
                onclick: () => this.onPin(run),
            }, isPinned ? "★" : "☆"),
            h("a", { href: `#/runs/${encodeURIComponent(run.key)}`, "data-part": "open" }, run.name),
            tagList(run.tags ?? [])),
        h("td", {}, runBadge(run)),
        h("td", { title: moment(run.created) }, ago(run.created)),
        h("td", { class: "muted" }, duration((run.ended ?? Date.now()) - began)),
        h("td", { class: "right" }, number(run.step ?? undefined, 8)),
        columns.map((name) => h("td", { class: "right" }, number(run.metrics?.[name]))));
    }

    pick(run) {
        if (this.picked.has(run.key)) this.picked.delete(run.key);
        else this.picked.set(run.key, run);
        this.onPick();
        this.draw();
    }

    move(by) {
        const links = [...this.body.querySelectorAll('[data-part="open"]')];
        const now = links.indexOf(document.activeElement?.closest?.("tr")
            ?.querySelector('[data-part="open"]'));
        const next = links[Math.min(links.length - 1, Math.max(0, now < 0 ? 0 : now + by))];
        next?.focus();
        next?.scrollIntoView({ block: "nearest" });
    }

    get focusedRun() {
        const key = document.activeElement?.closest?.("tr")?.dataset.key;
        for (const page of this.pages.values()) {
            const run = page.find((other) => other.key === key);
            if (run) return run;
        }
        return undefined;
    }

    pickFocused() {
        if (this.focusedRun) this.pick(this.focusedRun);
    }

    pinFocused() {
        if (this.focusedRun) this.onPin(this.focusedRun);
    }
}
