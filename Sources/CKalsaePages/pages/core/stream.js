// Server-sent events that outlive lost connections. A page that nobody sees gives its connection
// back, since browsers allow six to a host.

import { withQuery } from "./api.js";

const kinds = ["run", "points", "event", "command", "trial", "removed"];
const hiddenPatience = 30_000;

/**
 * Listens while `signal` is not aborted. `onEvent(kind, value)` gets what happens, `onState(state)`
 * one of live, waiting, and `onGap()` is called where events may have been missed.
 */
export function listen(values, signal, { onEvent, onState = () => {}, onGap = () => {} }) {
    let source;
    let retry;
    let hide;
    let delay = 500;

    const close = () => {
        source?.close();
        source = undefined;
        clearTimeout(retry);
    };

    const open = () => {
        close();
        if (signal.aborted) return;
        source = new EventSource(withQuery("/api/stream", values));
        source.onopen = () => {
            delay = 500;
            onState("live");
        };
        // From here on nothing is missed; what was read before may be.
        source.addEventListener("ready", () => onGap());
        source.onerror = () => {
            onState("waiting");
            // The browser tries again by itself unless the server refused.
            if (source?.readyState !== EventSource.CLOSED) return;
            close();
            retry = setTimeout(open, delay);
            delay = Math.min(delay * 2, 10_000);
        };
        // The server has forgotten what came in between.
        source.addEventListener("reset", () => onGap());
        for (const kind of kinds) {
            source.addEventListener(kind, (event) => {
                try {
                    onEvent(kind, JSON.parse(event.data));
                } catch (error) {
                    console.warn("stream", kind, error);
                }
            });
        }
    };
    document.addEventListener("visibilitychange", () => {
        clearTimeout(hide);
        if (document.hidden) hide = setTimeout(close, hiddenPatience);
        else if (!source) open();
    }, { signal });
    // A page that the browser keeps for its back button needs no connection.
    addEventListener("pagehide", close, { signal });
    addEventListener("pageshow", (event) => event.persisted && open(), { signal });
    signal.addEventListener("abort", () => {
        clearTimeout(hide);
        close();
    });
    open();
}
