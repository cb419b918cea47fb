// Calls of the server. Errors are the server's own line.

async function request(method, path, body, headers, signal) {
    let response;
    try {
        response = await fetch(path, { method, body, headers, signal });
    } catch (error) {
        if (error.name === "AbortError") throw error;
        throw new Error(`${path}: ${error.message}`);
    }
    const text = await response.text();
    let value = {};
    try {
        value = text ? JSON.parse(text) : {};
    } catch {
        throw new Error(`${path}: ${response.status} ${text.slice(0, 200)}`);
    }
    if (!response.ok) {
        const error = new Error(value.error ?? `${path}: ${response.status}`);
        error.status = response.status;
        throw error;
    }
    return value;
}

/** A path with a query; what is undefined or empty is left out. */
export function withQuery(path, values) {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(values)) {
        if (value !== undefined && value !== null && value !== "") query.set(name, value);
    }
    const text = query.toString();
    return text ? `${path}?${text}` : path;
}

const asJSON = { "Content-Type": "application/json", "X-Kalsae": "1" };
const asBytes = { "Content-Type": "application/octet-stream", "X-Kalsae": "1" };

export const api = {
    get: (path, values = {}, signal) =>
        request("GET", withQuery(path, values), undefined, {}, signal),
    post: (path, value) => request("POST", path, JSON.stringify(value), asJSON),
    patch: (path, value) => request("PATCH", path, JSON.stringify(value), asJSON),
    delete: (path, values = {}) =>
        request("DELETE", withQuery(path, values), undefined, asJSON),
    upload: (path, file, values) => request("POST", withQuery(path, values), file, asBytes),
};

export const runPath = (key, rest = "") => `/api/runs/${encodeURIComponent(key)}${rest}`;
export const studyPath = (name, rest = "") => `/api/studies/${encodeURIComponent(name)}${rest}`;
