// A slider over a run's checkpoints: look where one lies, go back to it, or branch from it.

import { h, newID, show } from "../core/dom.js";
import { open } from "../core/dialogs.js";
import { ago, number } from "../core/format.js";
import { field } from "../core/parts.js";
import { t } from "../core/words.js";

/**
 * The newest checkpoint of each step, in the order of steps. Of the best epochs' own files only the
 * newest stays.
 */
export function checkpointsByStep(run) {
    const newest = new Map();
    const isBest = (one) => /(^|\/)best-/.test(one.path ?? "");
    const best = Math.max(...run.checkpoints.filter(isBest).map((one) => one.time));
    for (const checkpoint of run.checkpoints) {
        if (checkpoint.there === false || (isBest(checkpoint) && checkpoint.time < best)) continue;
        const other = newest.get(checkpoint.step);
        if (!other || other.time <= checkpoint.time) {
            newest.set(checkpoint.step, { ...checkpoint, best: checkpoint.best || other?.best });
        }
    }
    return [...newest.values()].sort((a, b) => a.step - b.step);
}

export function checkpointSlider(data, { isRunning, onPreview, onRollback, onBranch }) {
    const list = checkpointsByStep(data.run);
    if (list.length === 0) {
        return h("div", { class: "steer-form" }, h("h3", {}, t("way.back")),
            h("p", { class: "muted" }, t("checkpoints.none")));
    }
    const id = newID("slider");
    const label = h("output", { for: id, class: "slider-label" });
    const slider = h("input", {
        type: "range", id, min: 0, max: list.length - 1, step: 1, value: list.length - 1,
        class: "wide-slider", "aria-label": t("checkpoint"), oninput: () => draw(true),
    });
    const back = h("button", {
        class: "primary", id: "rollback", onclick: () => onRollback(list[slider.value].step),
    });
    const draw = (isPreview) => {
        const checkpoint = list[Number(slider.value)];
        const text = `${t("step")} ${number(checkpoint.step, 8)}`;
        slider.setAttribute("aria-valuetext", text);
        show(label, h("b", {}, text), checkpoint.best && h("span", { class: "star" }, " ★ ", t("best")),
            h("span", { class: "muted" },
                ` · ${t("epoch")} ${checkpoint.epoch ?? "–"} · ${ago(checkpoint.time)}`));
        back.textContent = t("rollback.to", { step: number(checkpoint.step, 8) });
        if (isPreview) onPreview(checkpoint);
    };
    slider.addEventListener("blur", () => onPreview(undefined));
    draw(false);
    return h("div", { class: "steer-form", id: "way-back" }, h("h3", {}, t("way.back")),
        slider, label,
        h("div", { class: "steer-buttons" },
            isRunning && back,
            isRunning && h("button", { onclick: () => onRollback("best") }, t("rollback.best")),
            h("button", {
                id: "branch", onclick: async () => {
                    const { step } = list[Number(slider.value)];
                    const values = await askBranch(data.run, step);
                    if (values) onBranch(step, values);
                },
            }, t("branch.here"))));
}

function askBranch(run, step) {
    return open(t("branch.title", { name: run.name, step: number(step, 8) }), (close) => {
        const name = h("input", { type: "text", autocomplete: "off", autofocus: true,
            placeholder: `${run.name}-from-${step}` });
        const changes = h("textarea", { rows: 3, placeholder: "learningRate=3e-4" });
        return h("form", {
            method: "dialog", onsubmit: (event) => {
                event.preventDefault();
                const set = {};
                for (const line of changes.value.split(/[\n,]/)) {
                    const [key, ...rest] = line.split("=");
                    const text = rest.join("=").trim();
                    if (!key.trim() || text === "") continue;
                    set[key.trim()] = Number.isFinite(Number(text)) ? Number(text) : text;
                }
                close({ set, ...(name.value.trim() ? { name: name.value.trim() } : {}) });
            },
        }, field(t("column.name"), name), field(t("branch.set"), changes, t("branch.help")),
        h("div", { class: "dialog-foot" },
            h("button", { type: "button", onclick: () => close(undefined) }, t("cancel")),
            h("button", { class: "primary", type: "submit" }, t("verb.branch"))));
    });
}
