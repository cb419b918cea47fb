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

/** What a metric of a record is called: `validation/loss` is a loss of a part. */
export function metricName(name) {
    if (words[`metric.${name}`]) return words[`metric.${name}`];
    const [, part, rest] = /^([^/]+)\/(.+)$/.exec(name) ?? [null, null, name];
    const text = words[`metric.${rest}`] ?? rest;
    return part ? t("metric.of", { part: words[`part.${part}`] ?? part, name: text }) : text;
}

/** A record's data: counts of rows and numbers. */
export function dataName(text) {
    const [, train, validation, test, width, rest] =
        /^(\d+) \+ (\d+) \+ (\d+) rows of (\d+) numbers, (.*)$/.exec(text) ?? [];
    return train ? t("data.rows", { train, validation, test, width, rest }) : text;
}

export const currentLanguage = () => language;

export async function useLanguage(next) {
    words = (await loaders[next]()).default;
    language = next;
    document.documentElement.lang = next;
    keep("language", next);
}
