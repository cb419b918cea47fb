// The list of lessons.

import { api } from "../core/api.js";
import { h, show } from "../core/dom.js";
import { empty, pageHead } from "../core/parts.js";
import { currentLanguage, t } from "../core/words.js";

export default async function lessons(main, { signal }) {
    const answer = await api.get("/api/lessons", { language: currentLanguage() }, signal);
    const list = Array.isArray(answer) ? answer : answer.lessons ?? [];
    show(main, pageHead(t("nav.lessons")), list.length ? h("ol", { class: "lessons" },
        list.map((lesson) => h("li", {},
            h("a", { class: "card lesson-link", href: `#/lessons/${encodeURIComponent(lesson.name)}` },
                h("b", {}, lesson.title ?? lesson.name),
                h("span", { class: "muted" }, lesson.summary ?? lesson.shows ?? lesson.name),
                lesson.minutes && h("small", {}, t("lesson.minutes")),
                lesson.needs && h("small", {}, t("lesson.needs", { data: lesson.needs }))))))
        : empty(t("lessons.none")));
}
