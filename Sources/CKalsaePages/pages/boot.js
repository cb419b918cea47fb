// Runs before the first paint, so that a remembered theme does not flash.
(() => {
    let kept = {};
    try {
        kept = JSON.parse(localStorage.getItem("kalsae")) ?? {};
    } catch {
        // A store that is blocked or damaged is as good as an empty one.
    }
    if (kept.theme === "light" || kept.theme === "dark") {
        document.documentElement.dataset.theme = kept.theme;
    }
    const wanted = kept.language ?? (navigator.language ?? "en").slice(0, 2);
    document.documentElement.lang = wanted === "ko" ? "ko" : "en";
})();
