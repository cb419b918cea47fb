// What a new search is asked for: its name, trials, minutes.

import { api } from "../core/api.js";
import { h } from "../core/dom.js";
import { tellError } from "../core/dialogs.js";
import { field } from "../core/parts.js";
import { t } from "../core/words.js";

/** Fields of a search; `values()` is what a request needs beside the data. */
export function searchFields(name) {
    const amount = (value, id) => h("input", {
        type: "number", id, min: 1, max: 100000, step: 1, value, autocomplete: "off",
    });
    const title = h("input", { type: "text", value: name, autocomplete: "off", id: "study-name" });
    const trials = amount("30", "trials");
    const minutes = amount("", "minutes");
    const number = (input) => (input.value.trim() === "" ? null : Number(input.value));
    return {
        element: h("div", { class: "fields" }, field(t("search.name"), title),
            field(t("search.trials"), trials, t("search.help")), field(t("search.minutes"), minutes)),
        values: () => ({ name: title.value.trim() || name, trials: number(trials), minutes: number(minutes) }),
    };
}

/** A search on a built-in set. */
export function searchCard(set, begin) {
    const fields = searchFields(set);
    const start = h("button", { class: "primary", type: "submit", id: "start" }, t("search.start"));
    return h("form", {
        class: "card stack", onsubmit: async (event) => {
            event.preventDefault();
            start.disabled = true;
            await begin({ set, ...fields.values() }).catch(tellError);
            start.disabled = false;
        },
    }, h("h2", {}, set), fields.element, h("div", { class: "dialog-foot" }, start));
}

/** Starts a search under a name that no study has, and shows it. */
export async function beginSearch(request) {
    const { studies } = await api.get("/api/studies");
    const taken = new Set(studies.map((study) => study.name));
    let { name } = request;
    for (let number = 2; taken.has(name); number += 1) name = `${request.name}-${number}`;
    const { study } = await api.post("/api/search", { ...request, name });
    location.hash = `#/studies/${encodeURIComponent(study)}`;
}
