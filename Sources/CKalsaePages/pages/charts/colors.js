// The classes of series' colors: seven of Okabe and Ito, and one that stands back.

/** The color of what is context rather than a series of its own. */
export const plain = "n";

const name = (color) => (color === plain ? plain : (color ?? 0) % 7);

export const strokeClass = (color) => `s${name(color)}`;
export const fillClass = (color) => `f${name(color)}`;
export const swatchClass = (color) => `swatch b${name(color)}`;
