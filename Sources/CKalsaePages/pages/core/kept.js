// What the browser remembers: theme, language, columns, smoothing.

function read() {
    try {
        return JSON.parse(localStorage.getItem("kalsae")) ?? {};
    } catch {
        return {};
    }
}

/** What was remembered under a name, or `otherwise`. */
export function kept(name, otherwise) {
    const value = read()[name];
    return value === undefined ? otherwise : value;
}

export function keep(name, value) {
    try {
        localStorage.setItem("kalsae", JSON.stringify({ ...read(), [name]: value }));
    } catch {
        // Without a store the choice lasts as long as the page.
    }
}
