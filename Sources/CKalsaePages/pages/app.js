// The shell: navigation, languages, themes, and which page a hash names.

import { api } from "./core/api.js";
import { h, show } from "./core/dom.js";
import { watchDrops } from "./core/drop.js";
import { tellError } from "./core/dialogs.js";
import { bind, showKeys } from "./core/keys.js";
import { failure, loading } from "./core/parts.js";
import { currentTheme, themes, useTheme } from "./core/theme.js";
import { currentLanguage, t, useLanguage } from "./core/words.js";

const routes = [
    [/^\/runs$/, "runs", () => import("./views/runs.js")],
    [/^\/runs\/([^/]+)(?:\/([a-z]+))?$/, "runs", () => import("./views/run.js")],
    [/^\/compare\/([^/]+)$/, "runs", () => import("./views/compare.js")],
    [/^\/tree$/, "tree", () => import("./views/tree.js")],
    [/^\/studies$/, "studies", () => import("./views/studies.js")],
    [/^\/studies\/([^/]+)(?:\/([a-z]+))?$/, "studies", () => import("./views/study.js")],
    [/^\/train$/, "train", () => import("./views/train.js")],
    [/^\/digit$/, "digit", () => import("./views/digit.js")],
    [/^\/lessons$/, "lessons", () => import("./views/lessons.js")],
    [/^\/lessons\/([^/]+)$/, "lessons", () => import("./views/lesson.js")],
];

const entries = [["runs", "r"], ["tree", "b"], ["studies", "s"], ["train", "t"], ["digit", "d"],
    ["lessons", "l"]];

const main = document.getElementById("main");
let life = new AbortController();
let info = { can: {} };
let isFirst = true;

function isThere(name) {
    const needs = { train: "train", digit: "predict", lessons: "lessons" }[name];
    return !needs || info.can?.[needs] !== false;
}

function drawShell(current) {
    document.getElementById("skip").textContent = t("skip");
    show(document.getElementById("nav"), entries.filter(([name]) => isThere(name)).map(([name]) =>
        h("a", { href: `#/${name}`, "aria-current": name === current ? "page" : null },
            t(`nav.${name}`))));
    document.getElementById("nav").setAttribute("aria-label", t("nav.label"));
    const theme = currentTheme();
    const signs = { system: "◐", light: "☀", dark: "☾" };
    show(document.getElementById("tools"),
        h("button", {
            class: "icon", title: t("keys.title"), "aria-label": t("keys.title"), onclick: showKeys,
        }, "?"),
        h("button", {
            class: "icon", id: "theme", title: `${t("theme")}: ${t(`theme.${theme}`)}`,
            "aria-label": `${t("theme")}: ${t(`theme.${theme}`)}`,
            onclick: () => {
                useTheme(themes[(themes.indexOf(theme) + 1) % themes.length]);
                drawShell(current);
                document.getElementById("theme").focus();
            },
        }, signs[theme]),
        h("button", {
            class: "quiet", id: "language", lang: currentLanguage() === "ko" ? "en" : "ko",
            onclick: async () => {
                await useLanguage(currentLanguage() === "ko" ? "en" : "ko");
                await go();
                document.getElementById("language").focus();
            },
        }, currentLanguage() === "ko" ? "English" : "한국어"));
}

async function go() {
    const path = decodeURI(location.hash.slice(1).split("?")[0]) || "/runs";
    const found = routes.find(([pattern]) => pattern.test(path));
    if (!found) {
        location.replace("#/runs");
        return;
    }
    life.abort();
    life = new AbortController();
    const { signal } = life;
    const [pattern, name, load] = found;
    drawShell(name);
    const query = new URLSearchParams(location.hash.split("?")[1] ?? "");
    const parameters = pattern.exec(path).slice(1).map((part) => part && decodeURIComponent(part));
    const setTitle = (title) => {
        document.title = title ? `${title} · Kalsae` : "Kalsae";
    };
    setTitle(t(`nav.${name}`));
    show(main, loading());
    try {
        const view = await load();
        if (signal.aborted) return;
        await view.default(main, { parameters, query, signal, setTitle, info, reload: go });
        // Who followed a link that is gone goes on reading at the page.
        if (!isFirst && document.activeElement === document.body) main.focus({ preventScroll: true });
        isFirst = false;
    } catch (error) {
        if (error.name !== "AbortError" && !signal.aborted) show(main, failure(error, go));
    }
}

/** Errors that nothing caught are told rather than lost. */
addEventListener("unhandledrejection", (event) => {
    if (event.reason?.name === "AbortError") event.preventDefault();
    else tellError(event.reason);
});

bind("/", "keys.search", () => document.querySelector("main input[type=search]")?.focus());
bind("?", "keys.title", showKeys);

watchDrops(() => {
    if (location.hash === "#/train") go();
    else location.hash = "#/train";
});

let lastPath = "";
addEventListener("hashchange", () => {
    const path = location.hash.split("?")[0];
    if (location.hash === "#main" || path === "#main") {
        main.focus();
        return;
    }
    if (path !== lastPath) scrollTo(0, 0);
    lastPath = path;
    go();
});
document.getElementById("skip").addEventListener("click", (event) => {
    event.preventDefault();
    main.focus();
});

/** Styles that the first paint does not wait for: the shell needs but those of the shell. */
const styles = [...document.querySelectorAll('link[rel="preload"][as="style"]')].map((link) =>
    new Promise((done) => {
        link.onload = link.onerror = done;
        link.rel = "stylesheet";
    }));

const asked = api.get("/api/info").then((value) => {
    info = value;
    info.can ??= {};
}, tellError);
drawShell("");
const bindEntries = () => entries.filter(([name]) => isThere(name)).forEach(([name, letter]) =>
    bind(`g ${letter}`, `nav.${name}`, () => {
        location.hash = `#/${name}`;
    }));
await Promise.race([Promise.all([asked, ...styles]), new Promise((done) => setTimeout(done, 1500))]);
bindEntries();
go();
