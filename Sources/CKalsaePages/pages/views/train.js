// Starts a training or a search from a table that is dropped here, or from a built-in set.

import { api } from "../core/api.js";
import { h, newID, show } from "../core/dom.js";
import { tellError } from "../core/dialogs.js";
import { takeFile } from "../core/drop.js";
import { bytes } from "../core/format.js";
import { loading, pageHead } from "../core/parts.js";
import { currentLanguage, t } from "../core/words.js";
import { beginSearch, searchCard } from "./search-form.js";
import { trainForm } from "./train-form.js";

export default async function train(main, { info, signal }) {
    const body = h("div", { class: "stack", "aria-live": "polite" });
    const id = newID("file");
    const input = h("input", {
        type: "file", id, class: "sr", accept: ".csv,.tsv,.txt,.gz,.xlsx,text/csv",
        onchange: () => input.files[0] && take(input.files[0]),
    });
    const drop = h("label", { class: "drop", for: id },
        h("b", {}, t("train.drop")), h("span", { class: "muted" }, t("train.drop.help")));

    /** A name that no run has: the one that was wanted, or with a number. */
    async function freeName(wanted) {
        const { runs } = await api.get("/api/runs", { search: wanted, limit: 1000 }, signal);
        const taken = new Set(runs.map((run) => run.name));
        let name = wanted;
        for (let number = 2; taken.has(name); number += 1) name = `${wanted}-${number}`;
        return name;
    }

    async function begin(request) {
        const { name } = request.options;
        if (name) request.options.name = await freeName(name);
        const answer = await api.post("/api/train", request);
        location.hash = `#/runs/${encodeURIComponent(answer.run)}`;
    }

    async function take(file) {
        show(body, h("section", { class: "card" }, h("p", {}, `${file.name}, ${bytes(file.size)}`),
            loading()));
        try {
            const answer = await api.upload("/api/uploads", file,
                { name: file.name, language: currentLanguage() });
            if (signal.aborted) return;
            const { upload } = answer;
            show(body, trainForm(file.name, answer.info, (options, search) => (search
                ? beginSearch({ upload, options, ...search }) : begin({ upload, options }))));
            body.querySelector("h2")?.scrollIntoView({ block: "nearest" });
        } catch (error) {
            show(body);
            tellError(error);
        }
    }

    const sets = info.can?.sets ?? [];
    show(main, pageHead(t("nav.train")), h("div", { class: "stack" },
        h("div", { class: "drop-box" }, input, drop),
        sets.length > 0 && h("div", { class: "line" }, h("span", { class: "muted" }, t("train.sets")),
            sets.map((name) => h("button", {
                onclick: () => begin({ set: name, options: {} }).catch(tellError),
            }, name))),
        sets.length > 0 && h("div", { class: "line" },
            h("span", { class: "muted" }, t("search.sets")),
            sets.map((name) => h("button", {
                "data-search": name, onclick: () => show(body, searchCard(name, beginSearch)),
            }, name))),
        body));
    const waiting = takeFile();
    if (waiting) take(waiting);
}
