// A chart as a file: its numbers as CSV, its picture as SVG that needs no style sheet.

const space = "http://www.w3.org/2000/svg";
const properties = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin",
    "stroke-linecap", "opacity", "font-size", "font-family", "text-anchor"];

/** Offers a text as a file. */
export function saveText(name, type, text) {
    const address = URL.createObjectURL(new Blob([text], { type }));
    const link = document.createElement("a");
    link.href = address;
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

function cell(value) {
    if (typeof value === "number") {
        return String(value).replace("NaN", "nan").replace("Infinity", "inf");
    }
    const text = String(value ?? "");
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function csvText({ columns, rows }) {
    return [columns, ...rows].map((row) => row.map(cell).join(",")).join("\n") + "\n";
}

/** A legend below a picture: a line and a name for each series, in as many rows as they need. */
function legendRows(series, width, top) {
    const style = getComputedStyle(document.documentElement);
    const make = (name, attributes, text) => {
        const element = document.createElementNS(space, name);
        for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
        if (text) element.textContent = text;
        return element;
    };
    const parts = [];
    let [x, y] = [46, top + 10];
    for (const { name, color, dash } of series.slice(0, 24)) {
        const wide = 34 + name.length * 6.6;
        if (x + wide > width && x > 46) [x, y] = [46, y + 18];
        const ink = style.getPropertyValue(color === "n" ? "--axis" : `--s${color % 7}`).trim();
        parts.push(make("line", {
            x1: x, x2: x + 18, y1: y, y2: y, stroke: ink, "stroke-width": 2.5,
            "stroke-dasharray": dash || "none",
        }), make("text", {
            x: x + 23, y: y + 4, fill: style.getPropertyValue("--ink").trim(),
            "font-size": 11.5, "font-family": style.fontFamily,
        }, name));
        x += wide;
    }
    return { parts, height: y + 12 };
}

/** The picture with all colors and fonts written into it, and the names of its series below. */
export function svgText(svg, series = []) {
    const copy = svg.cloneNode(true);
    const originals = [svg, ...svg.querySelectorAll("*")];
    const copies = [copy, ...copy.querySelectorAll("*")];
    originals.forEach((original, index) => {
        const style = getComputedStyle(original);
        for (const property of properties) {
            const value = style.getPropertyValue(property);
            if (value) copies[index].setAttribute(property, value);
        }
        copies[index].removeAttribute("class");
    });
    const box = svg.viewBox.baseVal;
    copy.setAttribute("xmlns", space);
    const legend = series.length > 1 ? legendRows(series, box.width, box.height)
        : { parts: [], height: box.height };
    copy.append(...legend.parts);
    copy.setAttribute("viewBox", `0 0 ${box.width} ${legend.height}`);
    copy.setAttribute("width", box.width);
    copy.setAttribute("height", legend.height);
    const ground = document.createElementNS(space, "rect");
    ground.setAttribute("width", "100%");
    ground.setAttribute("height", "100%");
    ground.setAttribute("fill", getComputedStyle(document.documentElement)
        .getPropertyValue("--surface").trim());
    copy.prepend(ground);
    return new XMLSerializer().serializeToString(copy);
}

export function fileName(title, extension) {
    const plain = title.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "");
    return `${plain || "chart"}.${extension}`;
}
