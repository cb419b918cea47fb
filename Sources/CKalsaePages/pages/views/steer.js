// Steering from the page: each command is sent to the run's store, done at its next step boundary,
// and answered here.

import { api, runPath } from "../core/api.js";
import { h, newID, show } from "../core/dom.js";
import { confirm, tell, tellError } from "../core/dialogs.js";
import { ago, number } from "../core/format.js";
import { badge, field, select } from "../core/parts.js";
import { t, tIf } from "../core/words.js";
import { checkpointSlider } from "./checkpoint-slider.js";
import { answerText, dataText } from "./run-marks.js";

const schedules = ["constant", "step", "exponential", "inverse-time", "cosine", "cosine-restarts",
    "warmup", "warmup-cosine", "one-cycle", "noam", "plateau"];
const settings = ["learningRate", "optimizer.beta1", "optimizer.beta2", "optimizer.epsilon",
    "optimizer.momentum", "optimizer.decay", "dropout1.rate", "dropout2.rate"];

/** A text as a number or a truth value where it is one. */
function settingValue(text) {
    if (text === "true" || text === "false") return text === "true";
    const value = Number(text);
    return text.trim() !== "" && Number.isFinite(value) ? value : text;
}

export class SteerPanel {
    constructor(data, signal) {
        this.data = data;
        this.signal = signal;
        this.element = h("aside", { class: "side card steer", "aria-label": t("steer") });
        this.log = h("ol", {
            class: "commands", tabindex: "0", "aria-label": t("commands"),
        });
        this.onPreview = () => {};
        this.way = h("div", {});
        this.draw();
    }

    get isRunning() {
        return this.data.run.state === "running";
    }

    get isPaused() {
        const done = (this.data.commands ?? []).filter((command) =>
            command.state === "applied" && ["pause", "continue"].includes(command.verb));
        return done.at(-1)?.verb === "pause";
    }

    /** Whether it is the learning of a table, which has no settings to change and no branches. */
    get isTable() {
        return this.data.run.configuration?.effort !== undefined;
    }

    focus() {
        this.element.querySelector("input, button")?.focus();
    }

    async send(verb, data = {}) {
        try {
            const answer = await api.post(runPath(this.data.run.key, "/commands"), { verb, data });
            if (answer.run) {
                tell(t("branched"));
                location.hash = `#/runs/${encodeURIComponent(answer.run)}`;
                return;
            }
            if (!this.data.commands.some((command) => command.id === answer.id)) {
                this.data.commands.push({
                    id: answer.id, verb, data, time: Date.now(), state: "pending", author: "",
                });
            }
            this.drawLog();
            // The stream tells the answer; where it is cut, asking does.
            setTimeout(() => this.check(answer.id), 2000);
        } catch (error) {
            tellError(error);
        }
    }

    async check(id) {
        const known = this.data.commands.find((command) => command.id === id);
        if (this.signal.aborted || known?.state !== "pending") return;
        await this.data.loadEvents();
        const now = this.data.commands.find((command) => command.id === id);
        if (now?.state !== "pending") this.answered(now);
        else if (this.isRunning) setTimeout(() => this.check(id), 3000);
    }

    /** A command has its answer. */
    answered(command) {
        if (command.state !== "pending") {
            const verb = tIf(`verb.${command.verb}`, command.verb);
            tell(`${verb}: ${answerText(command) || t(`state.${command.state}`)}`,
                command.state === "refused" ? "bad" : "good");
        }
        if (["pause", "continue"].includes(command.verb)) this.draw();
        this.drawLog();
    }

    draw() {
        const sign = `${this.data.run.state} ${this.isPaused}`;
        if (sign === this.sign) return;
        this.sign = sign;
        show(this.element, h("h2", {}, t("steer")),
            this.isRunning && this.buttons(),
            this.isRunning && !this.isTable && [this.rate(), this.any(), this.schedule()],
            !this.isRunning && h("p", { class: "muted" },
                t(this.isTable ? "steer.over.table" : "steer.over")),
            !this.isTable && this.way, this.isRunning && this.note(),
            h("h3", {}, t("commands")), this.log);
        this.checkpointsChanged();
        this.drawLog();
    }

    buttons() {
        const button = (verb, look = "") => h("button", {
            class: look, "data-verb": verb, onclick: () => this.send(verb),
        }, t(`verb.${verb}`));
        return h("div", { class: "steer-buttons" },
            button(this.isPaused ? "continue" : "pause", this.isPaused ? "primary" : ""),
            button("checkpoint"),
            h("button", {
                class: "danger", "data-verb": "stop", onclick: async () => {
                    if (await confirm(t("verb.stop"), t("stop.ask"), t("verb.stop"))) {
                        this.send("stop");
                    }
                },
            }, t("verb.stop")));
    }

    /** The learning rate now; below a schedule it is not the one that is set. */
    get rateNow() {
        const now = this.data.metric("rate")?.lastValue ?? this.data.run.configuration?.["learning-rate"];
        return typeof now === "number" ? String(Number(now.toPrecision(6))) : "";
    }

    get isScheduled() {
        const changed = this.data.commands?.findLast((one) => one.verb === "schedule"
            && one.state === "applied")?.data?.schedule;
        return (changed ?? this.data.run.configuration?.schedule ?? "constant") !== "constant";
    }

    showRate() {
        this.rateInput.placeholder = this.rateNow;
        if (!this.isScheduled) this.rateInput.value = this.rateNow;
    }

    rate() {
        const input = h("input", { type: "number", step: "any", min: 0, inputmode: "decimal" });
        this.rateInput = input;
        this.showRate();
        const factor = (by, text, label) => h("button", {
            type: "button", class: "small", "aria-label": label,
            onclick: () => this.send("set", { learningRate: by }),
        }, text);
        return h("form", {
            class: "steer-form", id: "rate-form", onsubmit: (event) => {
                event.preventDefault();
                if (input.value !== "") this.send("set", { learningRate: Number(input.value) });
            },
        }, field(t("rate"), input),
        h("div", { class: "line tight" },
            factor("/10", "÷ 10", t("rate.divide", { by: 10 })),
            factor("/2", "÷ 2", t("rate.divide", { by: 2 })),
            factor("*2", "× 2", t("rate.times", { by: 2 })),
            h("button", { class: "primary small push", type: "submit" }, t("set"))));
    }

    any() {
        const list = newID("settings");
        const name = h("input", { type: "text", list, autocomplete: "off", placeholder: "dropout1.rate" });
        const value = h("input", { type: "text", autocomplete: "off", placeholder: "0.3" });
        return h("form", {
            class: "steer-form", onsubmit: (event) => {
                event.preventDefault();
                if (name.value && value.value) {
                    this.send("set", { [name.value.trim()]: settingValue(value.value) });
                }
            },
        }, h("datalist", { id: list }, settings.map((text) => h("option", { value: text }))),
        h("div", { class: "pair" }, field(t("setting"), name), field(t("value"), value),
            h("button", { type: "submit" }, t("set"))));
    }

    schedule() {
        const list = select(t("schedule"), schedules.map((name) => [name, name]),
            String(this.data.run.configuration?.schedule ?? "constant"), () => {});
        if (!list.value) list.value = "constant";
        return h("form", {
            class: "steer-form", onsubmit: (event) => {
                event.preventDefault();
                this.send("schedule", { schedule: list.value });
            },
        }, h("div", { class: "pair two" }, field(t("schedule"), list),
            h("button", { type: "submit" }, t("set"))));
    }

    /** Draws the slider anew where there are other checkpoints, and nobody has a hand on it. */
    checkpointsChanged() {
        const { checkpoints } = this.data.run;
        const sign = `${checkpoints.length} ${checkpoints.at(-1)?.time} ${this.isRunning}`;
        const isUsed = this.way.contains(document.activeElement) || this.way.matches(":hover");
        if (sign === this.waySign || (isUsed && this.waySign !== undefined)) return;
        this.waySign = sign;
        show(this.way, this.wayBack());
    }

    rateChanged() {
        if (this.rateInput && document.activeElement !== this.rateInput) this.showRate();
    }

    wayBack() {
        return checkpointSlider(this.data, {
            isRunning: this.isRunning, onPreview: (checkpoint) => this.onPreview(checkpoint),
            onRollback: (to) => this.send("rollback", { to }),
            onBranch: (step, values) => this.send("branch", { step, ...values }),
        });
    }

    note() {
        const input = h("input", { type: "text", autocomplete: "off" });
        return h("form", {
            class: "steer-form", onsubmit: (event) => {
                event.preventDefault();
                if (!input.value.trim()) return;
                this.send("note", { text: input.value.trim() });
                input.value = "";
            },
        }, h("div", { class: "pair two" }, field(t("verb.note"), input),
            h("button", { type: "submit" }, t("add"))));
    }

    drawLog() {
        const commands = (this.data.commands ?? []).slice(-30).reverse();
        show(this.log, commands.length ? commands.map((command) =>
            h("li", { class: command.state, "data-command": command.id },
                h("div", {}, h("b", {}, tIf(`verb.${command.verb}`, command.verb)), " ",
                    dataText(command.verb, command.data)),
                h("div", { class: "muted" }, badge(command.state), " ",
                    command.appliedStep ?? command.step
                        ? `${t("step")} ${number(command.step ?? command.appliedStep, 8)} · ` : "",
                    command.author ? `${command.author} · ` : "", ago(command.time)),
                command.answer && h("div", { class: "answer" }, answerText(command))))
            : h("li", { class: "muted" }, t("commands.none")));
    }
}
