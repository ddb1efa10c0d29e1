import { seededRandom } from '../../lib/base/seededRandom';
import { Canvas, type Color } from './canvas';
import { noiseField } from './noiseField';
import type { Picture } from './picture';
import { chance, logUniform, pick, type Random, uniform } from './random';

const size = { width: 384, height: 288 } as const;

/** A picture that no camera took, made of textures, patterns, shapes and marks. The same for the same seed. */
export function proceduralScene(seed: number): Picture {
  const random = seededRandom(seed, 0x5ce7e);
  const canvas = new Canvas(size.width, size.height);
  const paint = pick(random, [texture, texture, wall, pattern, collage, collage, page, street]);
  paint(canvas, random);
  if (chance(random, 0.5)) grain(canvas, uniform(random, 0.02, 0.25), random);
  return canvas.toPicture();
}

/** Cloud-like noise between three colours: foliage, stone, water, fabric. */
function texture(canvas: Canvas, random: Random): void {
  const { width, height } = canvas;
  const [low, middle, high] = [anyColor(random), anyColor(random), anyColor(random)];
  const field = noiseField(width, height, logUniform(random, 8, 150), 6, random);
  canvas.fill((x, y) => {
    const value = (field[y * width + x] as number) * 0.5;
    return value < 0 ? mix(middle, low, -value) : mix(middle, high, value);
  });
}

/** A plain surface or sky: a gradient, faint unevenness, and a few things on it. */
function wall(canvas: Canvas, random: Random): void {
  const { width, height } = canvas;
  const base = anyColor(random);
  const other = mix(base, anyColor(random), 0.4);
  const angle = uniform(random, 0, 6.28);
  canvas.fill((x, y) =>
    mix(base, other, 0.5 + ((x - width / 2) * Math.cos(angle) + (y - height / 2) * Math.sin(angle)) / width),
  );
  grain(canvas, uniform(random, 0.02, 0.08), random);
  for (let left = 3 + Math.floor(random() * 12); left > 0; left--) anyShape(canvas, random, 6, 60);
}

/** Checks, stripes, bricks or dots, uneven enough for a move along them to show. */
function pattern(canvas: Canvas, random: Random): void {
  const { width, height } = canvas;
  const [ink, paper] = [anyColor(random), anyColor(random)];
  const cell = logUniform(random, 8, 50);
  const angle = chance(random, 0.6) ? uniform(random, -0.1, 0.1) : uniform(random, 0, 3.14);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const kind = pick(random, ['checks', 'stripes', 'bricks', 'dots'] as const);
  const bend = noiseField(width, height, 90, 2, random);
  canvas.fill((x, y) => {
    const warp = (bend[y * width + x] as number) * 0.15;
    const u = (cos * x + sin * y) / cell + warp;
    const v = (cos * y - sin * x) / cell + warp;
    return inPattern(kind, u, v) ? ink : paper;
  });
  grain(canvas, uniform(random, 0.1, 0.35), random);
  for (let left = Math.floor(random() * 8); left > 0; left--) anyShape(canvas, random, 6, 40);
}

function inPattern(kind: 'checks' | 'stripes' | 'bricks' | 'dots', u: number, v: number): boolean {
  const [column, row] = [Math.floor(u), Math.floor(v)];
  switch (kind) {
    case 'checks':
      return (column + row) % 2 === 0;
    case 'stripes':
      return u - column < 0.5;
    case 'bricks': {
      const along = u / 2 + (row % 2) / 2;
      return v - row > 0.12 && along - Math.floor(along) > 0.06;
    }
    case 'dots':
      return Math.hypot(u - column - 0.5, v - row - 0.5) < 0.32;
  }
}

/** Many boxes and ellipses over each other. */
function collage(canvas: Canvas, random: Random): void {
  if (chance(random, 0.5)) texture(canvas, random);
  else canvas.fill(constant(anyColor(random)));
  const [smallest, largest] = [logUniform(random, 2, 8), logUniform(random, 15, 70)];
  for (let left = 40 + Math.floor(random() * 160); left > 0; left--) anyShape(canvas, random, smallest, largest);
  if (chance(random, 0.5)) grain(canvas, uniform(random, 0.1, 0.3), random);
}

/** Rows of marks like print, signs or a screen. */
function page(canvas: Canvas, random: Random): void {
  const { width, height } = canvas;
  const paper = anyColor(random);
  const ink = mix(paper, luma(paper) > 128 ? [10, 10, 20] : [245, 245, 235], uniform(random, 0.5, 1));
  canvas.fill(constant(paper));
  const line = uniform(random, 8, 26);
  const tilt = uniform(random, -0.08, 0.08);
  for (let y = line; y < height + line; y += line * uniform(random, 0.95, 1.4)) {
    for (let x = uniform(random, 0, line); x < width; ) {
      const wide = line * uniform(random, 0.08, 0.3);
      if (chance(random, 0.82))
        canvas.shape(
          chance(random, 0.6) ? 'box' : 'ellipse',
          x,
          y + tilt * x,
          wide,
          line * uniform(random, 0.1, 0.33),
          tilt + (chance(random, 0.3) ? 0.6 : 0),
          ink,
        );
      else x += line * 0.6;
      x += wide * 2 + line * 0.12;
    }
  }
  for (let left = Math.floor(random() * 5); left > 0; left--) anyShape(canvas, random, 10, 70);
}

/** Sky, ground, and houses with windows between them. */
function street(canvas: Canvas, random: Random): void {
  const { width, height } = canvas;
  const horizon = height * uniform(random, 0.4, 0.75);
  const [sky, haze, ground] = [anyColor(random), anyColor(random), anyColor(random)];
  const field = noiseField(width, height, uniform(random, 20, 120), 5, random);
  canvas.fill((x, y) =>
    y < horizon ? mix(sky, haze, (y / horizon) * 0.7) : mix(ground, haze, (field[y * width + x] as number) * 0.3),
  );
  for (let x = 0; x < width; ) {
    const [wide, tall] = [uniform(random, 20, 90), uniform(random, 20, horizon)];
    const walls = anyColor(random);
    canvas.shape('box', x + wide / 2, horizon - tall / 2, wide / 2, tall / 2, 0, walls);
    const pitch = uniform(random, 7, 16);
    const glass = mix(walls, anyColor(random), 0.8);
    for (let wx = x + pitch * 0.6; wx < x + wide - pitch * 0.4; wx += pitch) {
      for (let wy = horizon - tall + pitch * 0.6; wy < horizon - pitch * 0.4; wy += pitch * 1.3) {
        canvas.shape('box', wx, wy, pitch * 0.28, pitch * 0.4, 0, mix(glass, walls, random() * 0.5));
      }
    }
    x += wide * uniform(random, 0.8, 1.5);
  }
  for (let left = 5 + Math.floor(random() * 30); left > 0; left--) {
    const nearness = random();
    const y = horizon + nearness * (height - horizon);
    canvas.shape(
      pick(random, ['box', 'ellipse'] as const),
      random() * width,
      y,
      3 + nearness * 18,
      3 + nearness * 14,
      uniform(random, -0.2, 0.2),
      anyColor(random),
    );
  }
}

function grain(canvas: Canvas, strength: number, random: Random): void {
  const field = noiseField(canvas.width, canvas.height, logUniform(random, 2, 30), 4, random);
  canvas.shade((x, y) => 1 + strength * (field[y * canvas.width + x] as number));
}

function anyShape(canvas: Canvas, random: Random, smallest: number, largest: number): void {
  const half = logUniform(random, smallest, largest);
  const flat = logUniform(random, 0.15, 1);
  const kind = pick(random, ['box', 'ellipse'] as const);
  const angle = chance(random, 0.5) ? 0 : uniform(random, 0, 3.14);
  canvas.shape(kind, random() * canvas.width, random() * canvas.height, half, half * flat, angle, anyColor(random));
}

/** Most are muted, as in the world; some are bright. */
function anyColor(random: Random): Color {
  const light = uniform(random, 15, 245);
  const spread = chance(random, 0.6) ? 35 : 140;
  const part = () => Math.min(Math.max(light + uniform(random, -spread, spread), 0), 255);
  return [part(), part(), part()];
}

function constant(color: Color): () => Color {
  return () => color;
}

function mix(from: Color, to: Color, share: number): Color {
  return [
    from[0] + (to[0] - from[0]) * share,
    from[1] + (to[1] - from[1]) * share,
    from[2] + (to[2] - from[2]) * share,
  ];
}

function luma([red, green, blue]: Color): number {
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}
