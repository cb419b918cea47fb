// A digit drawn with the mouse, a finger or the arrow keys, and what a run's model takes it for.

import { BarChart } from "../charts/bars.js";
import { figure } from "../charts/figure.js";
import { api, runPath } from "../core/api.js";
import { frames, normalized } from "../core/digits.js";
import { debounced, h, show } from "../core/dom.js";
import { percent } from "../core/format.js";
import { keep, kept } from "../core/kept.js";
import { empty, field, pageHead, select } from "../core/parts.js";
import { t } from "../core/words.js";

const size = 280;
const pen = 22;

async function modelRuns(signal) {
    const answer = await api.get("/api/runs",
        { limit: 200, sort: "created", order: "desc", reads: 784 }, signal);
    const isDigits = (run) => /digit|mnist/i.test(run.name);
    const ended = answer.runs.filter((run) => run.state !== "failed");
    return [...ended.filter(isDigits), ...ended.filter((run) => !isDigits(run))];
}

export default async function digit(main, { signal, query }) {
    const runs = await modelRuns(signal);
    if (runs.length === 0) {
        show(main, pageHead(t("nav.digit")), empty(t("digit.none"), h("pre", {}, "kalsae train digits")));
        return;
    }
    const canvas = h("canvas", {
        width: size, height: size, tabindex: "0", class: "digit", id: "digit",
        role: "application", "aria-label": t("digit.canvas"),
    });
    const small = h("canvas", { width: 28, height: 28, class: "digit-small", role: "img",
        "aria-label": t("digit.small") });
    const context = canvas.getContext("2d", { willReadFrequently: true });
    const answer = h("div", { class: "digit-answer", "aria-live": "polite" });
    const chart = new BarChart({ label: t("digit.probabilities"), text: (p) => (p > 0 ? percent(p) : ""), most: 1 });
    chart.bars = Array.from({ length: 10 }, (_, index) => ({ name: String(index), value: 0 }));
    const wanted = query.get("run") ?? kept("digitRun", runs[0].key);
    let key = runs.some((run) => run.key === wanted) ? wanted : runs[0].key;
    let frame = frames.mnist;
    // How images lie in their frame is that of the data which the model was trained with.
    const learnFrame = async () => {
        const { configuration } = await api.get(runPath(key), {}, signal);
        frame = configuration?.data === "digits" ? frames.digits : frames.mnist;
    };
    const list = select(t("run"), runs.map((run) => [run.key, run.name]), key, async (next) => {
        key = next;
        keep("digitRun", key);
        await learnFrame().catch(() => {});
        predict();
    });
    await learnFrame().catch(() => {});

    function pixels() {
        const { data } = context.getImageData(0, 0, size, size);
        const ink = new Uint8Array(size * size);
        for (let index = 0; index < ink.length; index += 1) ink[index] = data[index * 4 + 3];
        return normalized(ink, size, frame);
    }

    function drawSmall(values) {
        const target = small.getContext("2d");
        const image = target.createImageData(28, 28);
        values.forEach((value, index) => {
            image.data.set([value, value, value, 255], index * 4);
        });
        target.putImageData(image, 0, 0);
    }

    const predict = debounced(80, async () => {
        const values = pixels();
        drawSmall(values);
        if (!values.some((value) => value > 0)) return;
        try {
            const { classes, probabilities } = await api.post(runPath(key, "/predict"), { pixels: values });
            const best = probabilities.indexOf(Math.max(...probabilities));
            chart.bars = classes.map((name, index) => ({
                name: String(name), value: probabilities[index], color: index === best ? 1 : 0,
            }));
            chart.schedule();
            show(answer, h("span", { class: "digit-best" }, String(classes[best])),
                h("span", { class: "muted" }, percent(probabilities[best])));
        } catch (error) {
            show(answer, h("span", { class: "bad-text" }, error.message));
        }
    });

    function clear() {
        context.clearRect(0, 0, size, size);
        show(answer, h("span", { class: "muted" }, t("digit.draw")));
        chart.bars = chart.bars.map((bar) => ({ ...bar, value: 0, color: 0 }));
        chart.schedule();
        drawSmall(new Array(784).fill(0));
    }

    let last;
    function stroke(x, y) {
        context.strokeStyle = context.fillStyle = "#fff";
        context.lineWidth = pen;
        context.lineCap = context.lineJoin = "round";
        context.beginPath();
        context.moveTo(last?.x ?? x, last?.y ?? y);
        context.lineTo(x + 0.01, y);
        context.stroke();
        last = { x, y };
        predict();
    }
    const at = (event) => {
        const box = canvas.getBoundingClientRect();
        return [((event.clientX - box.left) / box.width) * size,
            ((event.clientY - box.top) / box.height) * size];
    };
    canvas.addEventListener("pointerdown", (event) => {
        canvas.setPointerCapture(event.pointerId);
        last = undefined;
        stroke(...at(event));
    });
    canvas.addEventListener("pointermove", (event) => {
        if (event.buttons) for (const one of event.getCoalescedEvents?.() ?? [event]) stroke(...at(one));
    });

    // Arrow keys move a pen that the space bar lowers and lifts.
    const keyPen = { x: size / 2, y: size / 2, isDown: false };
    canvas.addEventListener("keydown", (event) => {
        const step = { ArrowLeft: [-10, 0], ArrowRight: [10, 0], ArrowUp: [0, -10], ArrowDown: [0, 10] };
        if (event.key === " ") {
            keyPen.isDown = !keyPen.isDown;
            last = undefined;
        } else if (step[event.key]) {
            const within = (value) => Math.min(size - 15, Math.max(15, value));
            keyPen.x = within(keyPen.x + step[event.key][0]);
            keyPen.y = within(keyPen.y + step[event.key][1]);
        } else if (event.key === "Delete" || event.key === "Backspace") clear();
        else return;
        event.preventDefault();
        event.stopPropagation();
        if (keyPen.isDown) stroke(keyPen.x, keyPen.y);
    });

    show(main, pageHead(t("nav.digit")),
        h("div", { class: "digit-page" },
            h("section", { class: "card stack" }, field(t("digit.run"), list), canvas,
                h("div", { class: "line" },
                    h("button", { onclick: clear, id: "clear" }, t("clear")), small,
                    h("small", {}, t("digit.small"))),
                h("small", {}, t("digit.keys"))),
            h("div", { class: "stack" }, h("section", { class: "card" }, answer),
                figure(t("digit.probabilities"), chart).element)));
    clear();
    signal.addEventListener("abort", () => chart.end());
}
