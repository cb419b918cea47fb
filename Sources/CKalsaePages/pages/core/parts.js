// Small parts that several pages are made of.

import { errorText } from "./dialogs.js";
import { h, newID, show } from "./dom.js";
import { t, tIf } from "./words.js";

/** The state of a run or a trial: a shape and a word, so that color is not all that tells. */
export function badge(state) {
    return h("span", { class: `badge ${state}` }, h("i", { "aria-hidden": "true" }),
        tIf(`state.${state}`, state));
}

/** Of a run, which may stand still while it runs. */
export const runBadge = (run) => badge(run.paused ? "paused" : run.state);

export function tagList(tags) {
    return tags.filter((tag) => tag !== "pinned")
        .map((tag) => h("span", { class: "tag" }, tag));
}

/** The head of a page: a title, what belongs beside it, and actions. */
export function pageHead(title, { before, after, actions = [] } = {}) {
    return h("div", { class: "page-head" },
        h("div", { class: "page-title" }, before, h("h1", {}, title), after),
        h("div", { class: "actions" }, actions));
}

export function empty(text, ...more) {
    return h("div", { class: "empty" }, h("p", {}, text), ...more);
}

export function loading() {
    return h("div", { class: "loading", role: "status" }, t("loading"));
}

export function failure(error, again) {
    return h("div", { class: "empty bad", role: "alert" }, h("p", {}, errorText(error)),
        again && h("button", { onclick: again }, t("again")));
}

/** A labeled field: the label, the control, and a line of help. */
export function field(label, control, help) {
    const id = control.id || newID("field");
    control.id = id;
    const helpID = help ? newID("help") : undefined;
    if (helpID) control.setAttribute("aria-describedby", helpID);
    return h("div", { class: "field" }, h("label", { for: id }, label), control,
        help && h("small", { id: helpID }, help));
}

/** A choice of few: one button pressed at a time. */
export function segmented(label, choices, value, onChange) {
    const box = h("div", { class: "segmented", role: "group", "aria-label": label });
    const buttons = choices.map(([key, text]) => h("button", {
        type: "button", "aria-pressed": String(key === value),
        onclick: () => {
            for (const button of buttons) button.setAttribute("aria-pressed", "false");
            buttons[choices.findIndex((choice) => choice[0] === key)]
                .setAttribute("aria-pressed", "true");
            onChange(key);
        },
    }, text));
    box.append(...buttons);
    return box;
}

export function select(label, choices, value, onChange) {
    const list = h("select", { "aria-label": label, onchange: () => onChange(list.value) },
        choices.map(([key, text]) => h("option", { value: key }, text)));
    list.value = value;
    return list;
}

export function check(label, checked, onChange) {
    const box = h("input", { type: "checkbox", checked, onchange: () => onChange(box.checked) });
    return h("label", { class: "check" }, box, label);
}

/** A definition list of names and values. */
export function facts(pairs) {
    return h("dl", { class: "facts" }, pairs.filter((pair) => pair[1] !== undefined)
        .map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
}

/** A plain table of texts, numbers to the right. */
export function plainTable(caption, columns, rows, { isHidden = true } = {}) {
    return h("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-label": caption },
        h("table", { class: "plain" },
            h("caption", { class: isHidden ? "sr" : "" }, caption),
            h("thead", {}, h("tr", {}, columns.map((name) => h("th", { scope: "col" }, name)))),
            h("tbody", {}, rows.map((row) => h("tr", {}, row.map((cell, index) =>
                index === 0 ? h("th", { scope: "row" }, cell) : h("td", {}, cell)))))));
}

/** Tabs: a list of [key, title, build]; a page is built when it is first looked at. */
export function tabs(label, pages, first, onChange = () => {}) {
    const panel = h("div", { role: "tabpanel", class: "tab-panel", tabindex: "0" });
    const built = new Map();
    const buttons = pages.map(([key, title]) => h("button", {
        role: "tab", id: newID("tab"), type: "button", "data-tab": key, onclick: () => pick(key),
    }, title));
    const list = h("div", { role: "tablist", class: "tabs", "aria-label": label }, buttons);
    list.addEventListener("keydown", (event) => {
        const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!move) return;
        event.preventDefault();
        const index = buttons.indexOf(document.activeElement);
        buttons[(index + move + buttons.length) % buttons.length].focus();
        document.activeElement.click();
    });
    // Scrolls a tab into sight on narrow screens, without moving the page.
    const reveal = (tab) => {
        list.scrollLeft = tab.offsetLeft - list.offsetLeft - (list.clientWidth - tab.offsetWidth) / 2;
    };
    const pick = (key) => {
        const index = Math.max(0, pages.findIndex((page) => page[0] === key));
        buttons.forEach((button, at) => {
            button.setAttribute("aria-selected", String(at === index));
            button.tabIndex = at === index ? 0 : -1;
        });
        reveal(buttons[index]);
        panel.setAttribute("aria-labelledby", buttons[index].id);
        const [name, , build] = pages[index];
        if (!built.has(name)) built.set(name, build());
        show(panel, built.get(name));
        onChange(name);
    };
    pick(first);
    // Sizes are known once the list is on the page.
    requestAnimationFrame(() => reveal(list.querySelector("[aria-selected=true]")));
    return { element: h("div", { class: "tabbed" }, list, panel), pick };
}
