/** How a stored picture is turned to stand upright. */
export interface Orientation {
  /** Clockwise degrees, after any mirroring. */
  rotation: 0 | 90 | 180 | 270;
  /** Whether rows become columns. */
  transpose: boolean;
  /** Whether columns, or rows, of the stored picture are read backwards. */
  flipX: boolean;
  flipY: boolean;
}

export const upright: Orientation = { rotation: 0, transpose: false, flipX: false, flipY: false };

/**
 * Reads FFmpeg's display matrix (nine int32, native endian): a stored point (x, y) is shown at (ax + cy, bx + dy).
 * A matrix that is no multiple of a quarter turn is taken for the nearest one.
 */
export function orientationOf(matrix: Uint8Array | null): Orientation {
  if (matrix === null || matrix.length < 36) return upright;
  const values = new Int32Array(matrix.slice(0, 36).buffer);
  const [a, b, c, d] = [values[0] ?? 0, values[1] ?? 0, values[3] ?? 0, values[4] ?? 0];
  if (a * d - b * c === 0) return upright;
  const mirror = a * d - b * c < 0 ? -1 : 1;
  if (Math.abs(a) + Math.abs(d) >= Math.abs(b) + Math.abs(c)) {
    return { rotation: a * mirror > 0 ? 0 : 180, transpose: false, flipX: a < 0, flipY: d < 0 };
  }
  return { rotation: b * mirror > 0 ? 90 : 270, transpose: true, flipX: b < 0, flipY: c < 0 };
}
