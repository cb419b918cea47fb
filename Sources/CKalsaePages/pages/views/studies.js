// The list of studies.

import { api } from "../core/api.js";
import { h, show, throttled } from "../core/dom.js";
import { ago, moment, number } from "../core/format.js";
import { empty, pageHead } from "../core/parts.js";
import { listen } from "../core/stream.js";
import { t, tIf } from "../core/words.js";

function row(study) {
    const states = Object.entries(study.states ?? {}).filter(([, count]) => count > 0)
        .map(([state, count]) => `${count} ${tIf(`state.${state}`, state)}`).join(", ");
    const best = study.best?.objectives ?? study.best?.values ?? [];
    return h("tr", {},
        h("th", { scope: "row" },
            h("a", { href: `#/studies/${encodeURIComponent(study.name)}` }, study.name)),
        h("td", {}, (study.directions ?? []).map((one) => tIf(`direction.${one}`, one)).join(", ")),
        h("td", { class: "right" }, number(study.trials)), h("td", {}, states || "–"),
        h("td", { class: "right" }, best.length ? best.map((value) => number(value)).join(", ") : "–"),
        h("td", { title: moment(study.created) }, ago(study.created)));
}

export default async function studies(main, { signal }) {
    const box = h("div", {});
    const load = async () => {
        const answer = await api.get("/api/studies", {}, signal);
        const columns = ["column.name", "directions", "trials", "state", "column.best", "column.created"];
        show(box, answer.studies.length ? h("div", {
            class: "table-scroll", tabindex: "0", role: "region", "aria-label": t("nav.studies"),
        }, h("table", {}, h("caption", { class: "sr" }, t("nav.studies")),
            h("thead", {}, h("tr", {}, columns.map((key) => h("th", {
                scope: "col", class: key === "trials" || key === "column.best" ? "right" : "",
            }, t(key))))),
            h("tbody", {}, answer.studies.map(row))))
            : empty(t("studies.none"), h("pre", {}, "kalsae search iris --trials 30")));
    };
    await load();
    show(main, pageHead(t("nav.studies")), box);
    const soon = throttled(1000, () => load().catch(() => {}));
    listen({ list: 1 }, signal, { onEvent: soon, onGap: soon });
}
