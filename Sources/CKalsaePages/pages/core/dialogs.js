// Messages, questions and forms over the page. A dialog of the browser keeps the focus inside.

import { append, h, newID } from "./dom.js";
import { t, tIf } from "./words.js";

/** A line at the edge of the page, read aloud by screen readers. */
export function tell(text, kind = "good") {
    const toast = h("div", { class: `toast ${kind}` }, text);
    document.getElementById("toasts").append(toast);
    const end = () => toast.remove();
    toast.addEventListener("click", end);
    setTimeout(end, kind === "bad" ? 9000 : 5000);
}

/** The server's own line, with what kind of error it is. */
export function errorText(error) {
    const kind = tIf(`error.${error.status}`);
    return kind ? `${kind}: ${error.message}` : error.message;
}

/** Tells an error, but not that a page was left. */
export function tellError(error) {
    if (error.name !== "AbortError") tell(errorText(error), "bad");
}

/** A dialog with a title; resolves with what `close(value)` is called with. */
export function open(title, build, { wide = false } = {}) {
    return new Promise((resolve) => {
        const id = newID("dialog");
        const dialog = h("dialog", { class: wide ? "wide" : "", "aria-labelledby": id });
        let result;
        const close = (value) => {
            result = value;
            dialog.close();
        };
        dialog.append(
            h("div", { class: "dialog-head" }, h("h2", { id }, title),
                h("button", {
                    class: "icon", "aria-label": t("close"), onclick: () => close(undefined),
                }, "✕")));
        append(dialog, [build(close)]);
        dialog.addEventListener("close", () => {
            dialog.remove();
            resolve(result);
        });
        dialog.addEventListener("click", (event) => {
            if (event.target === dialog) close(undefined);
        });
        document.body.append(dialog);
        dialog.showModal();
        dialog.querySelector("[autofocus]")?.focus();
    });
}

/** Asks whether to do what cannot be undone; true where a person says so. */
export function confirm(title, text, action, { extra } = {}) {
    return open(title, (close) => h("form", {
        method: "dialog",
        onsubmit: (event) => {
            event.preventDefault();
            close(true);
        },
    },
    h("p", {}, text), extra,
    h("div", { class: "dialog-foot" },
        h("button", { type: "button", onclick: () => close(false), autofocus: true }, t("cancel")),
        h("button", { class: "danger", type: "submit" }, action))));
}

/** Asks for one text; undefined where a person leaves. */
export function ask(title, label, { value = "", lines = 1, action = t("save") } = {}) {
    return open(title, (close) => {
        const id = newID("field");
        const field = lines > 1
            ? h("textarea", { id, rows: lines, autofocus: true }, value)
            : h("input", { id, type: "text", value, autofocus: true, autocomplete: "off" });
        return h("form", {
            method: "dialog",
            onsubmit: (event) => {
                event.preventDefault();
                close(field.value.trim());
            },
        },
        h("label", { for: id }, label), field,
        h("div", { class: "dialog-foot" },
            h("button", { type: "button", onclick: () => close(undefined) }, t("cancel")),
            h("button", { class: "primary", type: "submit" }, action)));
    });
}
