// What people say of runs: names, notes, tags, pins, and that they are not wanted anymore.

import { api, runPath } from "../core/api.js";
import { check } from "../core/parts.js";
import { ask, confirm, tell, tellError } from "../core/dialogs.js";
import { t } from "../core/words.js";

export function togglePin(run) {
    const isPinned = run.tags.includes("pinned");
    const tags = isPinned ? run.tags.filter((tag) => tag !== "pinned") : [...run.tags, "pinned"];
    return api.patch(runPath(run.key), { tags });
}

export async function rename(run) {
    const name = await ask(t("rename"), t("column.name"), { value: run.name });
    return name && name !== run.name ? api.patch(runPath(run.key), { name }) : undefined;
}

export async function editNote(run) {
    const note = await ask(t("note"), t("note"), { value: run.note ?? "", lines: 6 });
    return note === undefined ? undefined : api.patch(runPath(run.key), { note });
}

export async function editTags(run) {
    const others = run.tags.filter((tag) => tag !== "pinned");
    const text = await ask(t("tags"), t("tags.help"), { value: others.join(", ") });
    if (text === undefined) return undefined;
    const tags = text.split(",").map((tag) => tag.trim()).filter(Boolean);
    if (run.tags.includes("pinned")) tags.push("pinned");
    return api.patch(runPath(run.key), { tags });
}

/** Asks, deletes, and gives the keys of what is gone. */
export async function deleteRuns(runs) {
    let files = false;
    const names = runs.length > 3 ? t("runs.count", { count: runs.length })
        : runs.map((run) => run.name).join(", ");
    const isSure = await confirm(t("delete"), t("delete.ask", { names }), t("delete"), {
        extra: check(t("delete.files"), false, (value) => { files = value; }),
    });
    if (!isSure) return [];
    const gone = [];
    for (const run of runs) {
        try {
            await api.delete(runPath(run.key), { files: files ? 1 : 0 });
            gone.push(run.key);
        } catch (error) {
            tellError(error);
        }
    }
    if (gone.length) tell(t("deleted", { count: gone.length }));
    return gone;
}
