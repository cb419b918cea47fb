// A lesson: paragraphs, figures and tables of the real engine, knobs, questions, an exercise.

import { api } from "../core/api.js";
import { debounced, h, show } from "../core/dom.js";
import { failure, field, loading, pageHead } from "../core/parts.js";
import { currentLanguage, t } from "../core/words.js";
import { checks, exhibit, question } from "./lesson-parts.js";

function theme() {
    return getComputedStyle(document.documentElement).colorScheme === "dark" ? "dark" : "light";
}

function passage(one) {
    if (typeof one === "string") return h("p", {}, one);
    if (one.formula) return h("pre", { class: "formula", tabindex: "0" }, one.formula);
    return h("p", {}, one.text);
}

/** A slider and a number for each knob; a change computes the lesson anew. */
function knobsCard(list, changed) {
    if (!list?.length) return null;
    const rows = list.map((knob) => {
        const value = knob.value ?? knob.default;
        const step = knob.whole ? 1 : "any";
        const input = h("input", {
            type: "number", min: knob.low, max: knob.high, step, value,
            onchange: () => changed(knob.name, input.value),
        });
        const slider = h("input", {
            type: "range", min: knob.low, max: knob.high,
            step: knob.whole ? 1 : (knob.high - knob.low) / 200, value,
            "aria-label": knob.summary ?? knob.name,
            oninput: () => {
                input.value = slider.value;
                changed(knob.name, slider.value);
            },
        });
        return h("div", { class: "knob" }, field(knob.summary ?? knob.name, input), slider);
    });
    return h("section", { class: "card" }, h("h2", {}, t("lesson.knobs")),
        h("div", { class: "fields" }, rows));
}

function exerciseCard(task, ask) {
    if (!task) return null;
    const result = h("p", { role: "status" });
    const input = h("input", { type: "text", autocomplete: "off", inputmode: "decimal" });
    return h("form", {
        class: "card stack", onsubmit: async (event) => {
            event.preventDefault();
            try {
                const { verdict } = await ask(input.value.trim().split(/[\s,;]+/).join(","));
                const right = (verdict ?? []).filter(Boolean).length;
                result.textContent = verdict?.length && right === verdict.length ? t("lesson.right")
                    : t("lesson.wrong", { count: right, all: verdict?.length ?? task.count ?? 1 });
            } catch (error) {
                result.textContent = error.message;
            }
        },
    }, h("h2", {}, t("lesson.exercise")), h("p", {}, task.text),
    h("div", { class: "line" }, field(t("lesson.answer"), input),
        h("button", { type: "submit", class: "primary" }, t("lesson.check"))), result);
}

export default async function lesson(main, { parameters, signal, setTitle }) {
    const [name] = parameters;
    const values = {};
    const head = h("div", {});
    const body = h("div", { class: "stack lesson" }, loading());
    const exhibits = h("div", { class: "stack", "aria-live": "polite" });
    const numbers = h("div", {});
    const short = h("p", { class: "muted" });
    const get = (more = {}, until = signal) => api.get(`/api/lessons/${encodeURIComponent(name)}`,
        { ...values, language: currentLanguage(), theme: theme(), ...more }, until);

    function drawResults(answer) {
        show(exhibits, (answer.exhibits ?? [...(answer.figures ?? []), ...(answer.tables ?? []),
            ...(answer.shown ?? [])]).map(exhibit));
        show(short, answer.short && [t("lesson.short"), " ",
            h("code", {}, `kalsae lesson ${name}`), " ", h("button", {
            class: "small", onclick: () => {
                values.whole = 1;
                again();
            },
        }, t("lesson.whole"))]);
        show(numbers, checks(answer.checks), (answer.notes ?? []).map((note) => h("p", {}, note)));
    }
    // The knob was turned on: nobody waits for what is computed now, and the server ends it.
    let last;
    const again = debounced(250, async () => {
        last?.abort();
        const own = last = new AbortController();
        exhibits.setAttribute("aria-busy", "true");
        exhibits.classList.add("busy");
        try {
            drawResults(await get({}, AbortSignal.any([signal, own.signal])));
        } catch (error) {
            if (error.name !== "AbortError") show(exhibits, failure(error, again));
        }
        if (own !== last) return;
        exhibits.removeAttribute("aria-busy");
        exhibits.classList.remove("busy");
    });

    show(main, h("div", { class: "crumbs" }, h("a", { href: "#/lessons" }, t("nav.lessons"))), head, body);
    const answer = await get();
    const title = answer.title ?? name;
    setTitle(title);
    show(head, pageHead(title));
    const slides = (answer.slides ?? []).map((slide) =>
        [slide.file, slide.heading].filter(Boolean).join(", "));
    drawResults(answer);
    show(body, answer.summary && h("p", { class: "lesson-summary" }, answer.summary),
        (answer.passages ?? answer.paragraphs ?? []).map(passage),
        knobsCard(answer.knobs, (knob, value) => {
            values[knob] = value;
            again();
        }),
        short, exhibits, numbers,
        (answer.misprints ?? []).map((text) => h("p", { class: "misprint" },
            h("b", {}, `${t("lesson.misprint")}: `), text)),
        (answer.questions ?? []).map(question),
        exerciseCard(answer.exercise && { count: answer.answers, ...(typeof answer.exercise === "string"
            ? { text: answer.exercise } : answer.exercise) }, (text) => get({ answer: text })),
        (answer.ownData || answer.command) && h("section", { class: "card" },
            h("h2", {}, t("lesson.own")), answer.ownData && h("p", {}, answer.ownData),
            answer.command && h("pre", { tabindex: "0" }, answer.command)),
        slides.length > 0 && h("p", { class: "muted" }, `${t("lesson.slides")}: ${slides.join("; ")}`));
    document.addEventListener("theme", again, { signal });
}
