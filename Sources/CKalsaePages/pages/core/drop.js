// A file dropped anywhere on the page waits here for the page that trains.

let waiting;

/** Takes the file that was dropped, once. */
export function takeFile() {
    const file = waiting;
    waiting = undefined;
    return file;
}

const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

/** Watches the whole window; `onFile` is called behind each drop. */
export function watchDrops(onFile) {
    addEventListener("dragover", (event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        document.body.classList.add("dropping");
    });
    addEventListener("dragleave", (event) => {
        if (!event.relatedTarget) document.body.classList.remove("dropping");
    });
    addEventListener("drop", (event) => {
        document.body.classList.remove("dropping");
        const file = event.dataTransfer?.files?.[0];
        if (!file) return;
        event.preventDefault();
        waiting = file;
        onFile();
    });
}
