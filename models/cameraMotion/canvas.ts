import type { Picture } from './picture';

export type Color = readonly [number, number, number];

/** An RGB picture to paint on. Coordinates are pixels; what is beyond the edges is left out. */
export class Canvas {
  readonly pixels: Float32Array;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.pixels = new Float32Array(width * height * 3);
  }

  /** Sets every pixel to what `color` gives. */
  fill(color: (x: number, y: number) => Color): void {
    for (let y = 0, at = 0; y < this.height; y++) {
      for (let x = 0; x < this.width; x++, at += 3) this.put(at, color(x, y));
    }
  }

  /** Multiplies every pixel by what `factor` gives. */
  shade(factor: (x: number, y: number) => number): void {
    for (let y = 0, at = 0; y < this.height; y++) {
      for (let x = 0; x < this.width; x++, at += 3) {
        const by = factor(x, y);
        for (let c = 0; c < 3; c++) this.pixels[at + c] = (this.pixels[at + c] as number) * by;
      }
    }
  }

  /** A turned rectangle or ellipse. */
  shape(
    kind: 'box' | 'ellipse',
    x: number,
    y: number,
    halfWidth: number,
    halfHeight: number,
    angle: number,
    color: Color,
  ): void {
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const reach = Math.hypot(halfWidth, halfHeight);
    for (let j = Math.max(0, Math.floor(y - reach)); j < Math.min(this.height, y + reach); j++) {
      for (let i = Math.max(0, Math.floor(x - reach)); i < Math.min(this.width, x + reach); i++) {
        const u = (cos * (i - x) + sin * (j - y)) / halfWidth;
        const v = (cos * (j - y) - sin * (i - x)) / halfHeight;
        const inside = kind === 'box' ? Math.abs(u) <= 1 && Math.abs(v) <= 1 : u * u + v * v <= 1;
        if (inside) this.put((j * this.width + i) * 3, color);
      }
    }
  }

  toPicture(): Picture {
    return { width: this.width, height: this.height, data: new Uint8Array(Uint8ClampedArray.from(this.pixels).buffer) };
  }

  private put(at: number, color: Color): void {
    this.pixels[at] = color[0];
    this.pixels[at + 1] = color[1];
    this.pixels[at + 2] = color[2];
  }
}
