// Light, dark, or as the system has it.

import { keep, kept } from "./kept.js";

export const themes = ["system", "light", "dark"];

export const currentTheme = () => kept("theme", "system");

const tellAll = () => document.dispatchEvent(new Event("theme"));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", tellAll);

export function useTheme(theme) {
    keep("theme", theme);
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    tellAll();
}
