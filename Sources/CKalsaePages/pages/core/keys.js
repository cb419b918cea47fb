// Shortcuts: a key, or `g` and a key. What a page adds lasts as long as the page.

import { h, isWriting } from "./dom.js";
import { open } from "./dialogs.js";
import { t } from "./words.js";

const bindings = new Set();
let isAfterG = false;

/** Adds a shortcut with its explanation; `key` as in KeyboardEvent, or "g r". */
export function bind(key, label, action, signal) {
    const binding = { key, label, action };
    bindings.add(binding);
    signal?.addEventListener("abort", () => bindings.delete(binding));
}

export function showKeys() {
    const names = { " ": "Space", Enter: "Enter" };
    return open(t("keys.title"), () => h("dl", { class: "keys" },
        [...bindings].map((binding) => h("div", {},
            h("dt", {}, binding.key.split(" ").filter(Boolean).length
                ? binding.key.split(" ").map((key) => h("kbd", {}, names[key] ?? key))
                : h("kbd", {}, "Space")),
            h("dd", {}, t(binding.label))))));
}

document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event)) return;
    if (document.querySelector("dialog[open]")) return;
    const wanted = isAfterG ? `g ${event.key}` : event.key;
    isAfterG = !isAfterG && event.key === "g";
    const isControl = event.target.closest?.("button, a, [role=tab]");
    if (isControl && (event.key === "Enter" || event.key === " ")) return;
    // The page's own come before those of everywhere.
    const found = [...bindings].reverse().find((binding) => binding.key === wanted);
    if (!found) return;
    event.preventDefault();
    found.action(event);
});
