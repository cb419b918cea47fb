// The page's texts in the chosen language. Each language is a module of equal keys.

import { keep } from "./kept.js";

const loaders = {
    en: () => import("../words/en.js"),
    ko: () => import("../words/ko.js"),
};

let language = document.documentElement.lang in loaders ? document.documentElement.lang : "en";
let words = (await loaders[language]()).default;

/** The text of a key, with `{name}` replaced by values. */
export function t(key, values) {
    const text = words[key] ?? key;
    return values ? text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all) : text;
}

/** A text where there is one, as for names that the server may add to. */
export function tIf(key, otherwise) {
    return words[key] ?? otherwise;
}

export const currentLanguage = () => language;

export async function useLanguage(next) {
    words = (await loaders[next]()).default;
    language = next;
    document.documentElement.lang = next;
    keep("language", next);
}
