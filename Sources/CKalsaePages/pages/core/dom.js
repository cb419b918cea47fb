// Elements from a name, attributes and children. Nothing here takes HTML as text, so that names of
// runs and files can hold any characters.

const svgNamespace = "http://www.w3.org/2000/svg";

/** An HTML element: `class`, `style` as an object, `on…` as listeners, else attributes. */
export function h(name, attributes = {}, ...children) {
    return fill(document.createElement(name), attributes, children);
}

/** An SVG element. */
export function s(name, attributes = {}, ...children) {
    return fill(document.createElementNS(svgNamespace, name), attributes, children);
}

function fill(element, attributes, children) {
    for (const [key, value] of Object.entries(attributes)) {
        if (value === undefined || value === null || value === false) continue;
        if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
        else if (key === "style") Object.assign(element.style, value);
        else if (key === "value" || key === "checked" || key === "indeterminate") {
            element[key] = value;
        } else element.setAttribute(key, value === true ? "" : value);
    }
    append(element, children);
    return element;
}

/** Adds children; texts become text nodes, and what is null or false is left out. */
export function append(element, children) {
    for (const child of children.flat(4)) {
        if (child === undefined || child === null || child === false) continue;
        element.append(child instanceof Node ? child : String(child));
    }
}

/** Replaces what is in an element. */
export function show(element, ...children) {
    element.replaceChildren();
    append(element, children);
    return element;
}

let count = 0;

/** An id that no other element of the page has. */
export function newID(prefix = "id") {
    count += 1;
    return `${prefix}-${count}`;
}

/** Calls back when no further call came for `milliseconds`, as when somebody has typed. */
export function debounced(milliseconds, action) {
    let timer;
    return (...values) => {
        clearTimeout(timer);
        timer = setTimeout(() => action(...values), milliseconds);
    };
}

/** Calls back `milliseconds` behind the first of many calls, however many follow. */
export function throttled(milliseconds, action) {
    let timer;
    return (...values) => {
        timer ??= setTimeout(() => {
            timer = undefined;
            action(...values);
        }, milliseconds);
    };
}

/** Calls back at most once a frame. */
export function eachFrame(action) {
    let isWaiting = false;
    return () => {
        if (isWaiting) return;
        isWaiting = true;
        requestAnimationFrame(() => {
            isWaiting = false;
            action();
        });
    };
}

/** Whether a person is writing, so that letters are no shortcuts. */
export function isWriting(event) {
    const target = event.target;
    return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}
