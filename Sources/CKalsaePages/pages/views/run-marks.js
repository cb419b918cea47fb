// What happened in a run, as words and as marks of the time axis.

import { setting } from "../core/format.js";
import { t, tIf } from "../core/words.js";

/** What a verb was given, in few words. */
export function dataText(verb, data) {
    if (!data || typeof data !== "object") return String(data ?? "");
    if (verb === "note") return data.text ?? "";
    if (verb === "rollback") {
        const { to } = data;
        if (typeof to !== "object") return tIf(`to.${to}`, `${t("step")} ${to}`);
        return to.epoch ? `${t("epoch")} ${to.epoch}` : `${to.ago} s`;
    }
    return Object.entries(data).map(([name, value]) => `${name} = ${setting(value)}`).join(", ");
}

/** The answer to a command; settings and refusals are the training's own words. */
export function answerText({ verb, state, answer }) {
    const [, step, rate] = /^back at step (\d+).*, learningRate = (.+)$/.exec(answer) ?? [];
    if (step) return t("answer.rollback", { step, rate });
    return (state === "applied" && answer && tIf(`answer.${verb}`)) || answer;
}

/** The kind and the words of an event. */
export function eventWords(event) {
    const data = event.data ?? {};
    if (event.kind === "steer") {
        const verb = tIf(`verb.${data.verb}`, data.verb);
        return { kind: data.verb, text: `${verb} ${dataText(data.verb, data.data)}`.trim() };
    }
    if (event.kind === "change") {
        return { kind: "change", text: `${data.change}${data.reason ? ` (${data.reason})` : ""}` };
    }
    const title = tIf(`event.${event.kind}`, event.kind);
    const rest = data.error ?? data.text ?? Object.entries(data)
        .map(([name, value]) => `${name}: ${setting(value)}`).join(", ");
    return { kind: event.kind, text: rest ? `${title}: ${rest}` : title };
}

/** Marks for a chart; what happened at one step is one mark. */
export function marksOf(data, kind) {
    const byStep = new Map();
    for (const event of data.events ?? []) {
        const words = eventWords(event);
        const mark = byStep.get(event.step);
        if (!mark) byStep.set(event.step, { event, kind: words.kind, lines: [words.text] });
        else if (event.kind !== "change" || !mark.lines.some((line) => line.includes("="))) {
            mark.lines.push(words.text);
        }
    }
    const marks = [...byStep.values()].map((mark) => ({
        x: data.markX(mark.event, kind), kind: mark.kind,
        text: `${t("step")} ${mark.event.step}: ${mark.lines.join("; ")}`,
    }));
    if (data.preview) {
        marks.push({
            x: data.markX(data.preview, kind), kind: "rollback",
            text: `${t("checkpoint")} ${data.preview.step}`,
        });
    }
    return marks;
}
