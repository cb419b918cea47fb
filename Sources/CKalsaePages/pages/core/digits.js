// A drawing as the 28 x 28 pixels that a digit network knows from its training.

const side = 28;

/** How images lie in their frame: MNIST's by their center of mass in 20 pixels, `digits` by their
 * outline in 24. */
export const frames = {
    mnist: { inner: 20, isByMass: true },
    digits: { inner: 24, isByMass: false },
};

/** Pixels of 0...255 from the ink (0...255) of a square canvas; all 0 where nothing is drawn. */
export function normalized(ink, size, { inner, isByMass } = frames.mnist) {
    let [left, right, top, bottom] = [size, -1, size, -1];
    for (let y = 0; y < size; y += 1) {
        for (let x = 0; x < size; x += 1) {
            if (ink[y * size + x] < 20) continue;
            left = Math.min(left, x);
            right = Math.max(right, x);
            top = Math.min(top, y);
            bottom = Math.max(bottom, y);
        }
    }
    const pixels = new Array(side * side).fill(0);
    if (right < 0) return pixels;
    const extent = Math.max(right - left + 1, bottom - top + 1);
    const scale = inner / extent;
    let [mass, massX, massY] = [0, 0, 0];
    for (let y = top; y <= bottom; y += 1) {
        for (let x = left; x <= right; x += 1) {
            const value = ink[y * size + x];
            mass += value;
            massX += value * (x + 0.5);
            massY += value * (y + 0.5);
        }
    }
    const center = isByMass ? { x: massX / mass, y: massY / mass }
        : { x: (left + right + 1) / 2, y: (top + bottom + 1) / 2 };
    const samples = Math.max(2, Math.ceil(1 / scale));
    for (let row = 0; row < side; row += 1) {
        for (let column = 0; column < side; column += 1) {
            let sum = 0;
            for (let j = 0; j < samples; j += 1) {
                for (let i = 0; i < samples; i += 1) {
                    const x = Math.floor((column + (i + 0.5) / samples - side / 2) / scale + center.x);
                    const y = Math.floor((row + (j + 0.5) / samples - side / 2) / scale + center.y);
                    if (x >= 0 && y >= 0 && x < size && y < size) sum += ink[y * size + x];
                }
            }
            pixels[row * side + column] = Math.round(sum / (samples * samples));
        }
    }
    return pixels;
}
