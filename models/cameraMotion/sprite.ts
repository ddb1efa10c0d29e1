import { clipSeconds } from './cameraPath';
import type { Picture, Pyramid } from './picture';
import { chance, logUniform, pick, type Random, uniform } from './random';
import { rotated, type Window, type WindowStart } from './window';

const outlinePoints = 64;

/** Something in front of the scene that moves by itself, or a mark on the screen. Lengths are in frame widths. */
export interface Sprite {
  texture: Pyramid;
  /** Where in the texture its middle is cut from, 0…1. */
  textureX: number;
  textureY: number;
  /** `world`: stands in the scene, so that the camera's move carries it along; `screen`: the camera follows it. */
  attachedTo: 'world' | 'screen';
  halfWidth: number;
  halfHeight: number;
  /** Share of the half width over which the edge fades. */
  softness: number;
  opacity: number;
  /** Place at `seconds`: from the frame's centre at the start, and how far it has turned and grown. */
  at(seconds: number): { right: number; down: number; angle: number; size: number };
  /** Distance of the outline from the middle, 0…1, at `outlinePoints` angles. */
  outline(seconds: number): Float32Array;
  /** How much faster than the scene it is carried by a pan, because it is nearer. */
  parallax: number;
}

/** Its own size, shape, texture, path and wobble. */
export function randomSprite(texture: Pyramid, random: Random): Sprite {
  const halfWidth = logUniform(random, 0.04, 0.3);
  const halfHeight = Math.min(0.35, halfWidth * logUniform(random, 0.5, 2.5));
  const heading = uniform(random, 0, 2 * Math.PI);
  const speed = chance(random, 0.25) ? 0 : logUniform(random, 0.03, 0.8);
  const sway = chance(random, 0.5) ? uniform(random, 0, 0.08) : 0;
  const [swayRate, swayPhase] = [uniform(random, 0.4, 3), uniform(random, 0, 6.28)];
  const spin = chance(random, 0.3) ? uniform(random, -2, 2) : 0;
  const growth = chance(random, 0.3) ? uniform(random, -0.5, 0.5) : 0;
  // Where it is in mid-clip, so that it crosses the frame.
  const [middleRight, middleDown] = [uniform(random, -0.5, 0.5), uniform(random, -0.4, 0.4)];
  return {
    texture,
    textureX: uniform(random, 0.2, 0.8),
    textureY: uniform(random, 0.2, 0.8),
    attachedTo: chance(random, 0.8) ? 'world' : 'screen',
    halfWidth,
    halfHeight,
    softness: uniform(random, 0.05, 0.3),
    opacity: chance(random, 0.85) ? 1 : uniform(random, 0.5, 1),
    at: (seconds) => {
      const since = seconds - clipSeconds / 2;
      const swing = sway * Math.sin(2 * Math.PI * swayRate * seconds + swayPhase);
      return {
        right: middleRight + speed * since * Math.cos(heading) - swing * Math.sin(heading),
        down: middleDown + speed * since * Math.sin(heading) + swing * Math.cos(heading),
        angle: spin * since,
        size: Math.exp(growth * since),
      };
    },
    outline: randomOutline(random),
    parallax: chance(random, 0.5) ? 1 : uniform(random, 1, 1.4),
  };
}

/** A caption, logo or clock that the picture carries: it never moves. */
export function screenMark(texture: Pyramid, random: Random): Sprite {
  const box = new Float32Array(outlinePoints).fill(1);
  const place = { right: pick(random, [-0.35, 0, 0.35]), down: pick(random, [-0.33, 0.33]), angle: 0, size: 1 };
  return {
    texture,
    textureX: random(),
    textureY: random(),
    attachedTo: 'screen',
    halfWidth: uniform(random, 0.06, 0.4),
    halfHeight: uniform(random, 0.02, 0.07),
    softness: 0.05,
    opacity: uniform(random, 0.5, 1),
    at: () => place,
    outline: () => box,
    parallax: 1,
  };
}

/** An ellipse bent by a few waves, that may also move, as limbs and cloth do. */
function randomOutline(random: Random): (seconds: number) => Float32Array {
  const waves = [2, 3, 5].map((count) => ({
    count,
    height: uniform(random, 0, 0.35) / Math.sqrt(count),
    phase: uniform(random, 0, 6.28),
    rate: chance(random, 0.5) ? uniform(random, -10, 10) : 0,
  }));
  const outline = new Float32Array(outlinePoints);
  return (seconds) => {
    for (let i = 0; i < outlinePoints; i++) {
      const angle = (2 * Math.PI * i) / outlinePoints;
      let reach = 0.75;
      for (const { count, height, phase, rate } of waves) {
        reach += height * Math.sin(count * angle + phase + rate * seconds);
      }
      outline[i] = Math.min(Math.max(reach, 0.15), 1);
    }
    return outline;
  };
}

/** Lays the sprite over an H×W×3 frame seen through `window`, which began as `start`. */
export function drawSprite(
  frame: Float32Array,
  width: number,
  height: number,
  sprite: Sprite,
  start: WindowStart,
  window: Window,
  seconds: number,
): void {
  const place = sprite.at(seconds);
  let { right, down, angle, size } = place;
  if (sprite.attachedTo === 'world') {
    const [carriedX, carriedY] = rotated(window.x - start.x, window.y - start.y, -start.angle);
    right -= (carriedX / start.width) * sprite.parallax;
    down -= (carriedY / start.width) * sprite.parallax;
    const scale = start.width / window.width;
    const turn = start.angle - window.angle;
    [right, down] = rotated(right * scale, down * scale, turn);
    size *= scale;
    angle += turn;
  }
  // Along the frame one width is `width` pixels, down it one width is `height * aspect`.
  const pixelsDown = height * window.aspect;
  const [centreX, centreY] = [width / 2 + right * width, height / 2 + down * pixelsDown];
  const [halfWidth, halfHeight] = [sprite.halfWidth * size, sprite.halfHeight * size];
  const reach = Math.hypot(halfWidth, halfHeight);
  const [fromX, toX] = span(centreX, reach * width, width);
  const [fromY, toY] = span(centreY, reach * pixelsDown, height);
  if (fromX >= toX || fromY >= toY) return;
  const outline = sprite.outline(seconds);
  const boxed = outline[0] === 1 && outline[1] === 1;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const level = Math.min(1, sprite.texture.length - 1);
  const { data, width: textureWidth, height: textureHeight } = sprite.texture[level] as Picture;
  // The texture is cut at about one of its pixels to one of the frame's, and carried, turned and scaled with the sprite.
  const density = width / size;
  const [originX, originY] = [sprite.textureX * (textureWidth - 2), sprite.textureY * (textureHeight - 2)];
  for (let y = fromY; y < toY; y++) {
    const awayDown = (y + 0.5 - centreY) / pixelsDown;
    for (let x = fromX; x < toX; x++) {
      const awayRight = (x + 0.5 - centreX) / width;
      const along = cos * awayRight + sin * awayDown;
      const across = cos * awayDown - sin * awayRight;
      const u = along / halfWidth;
      const v = across / halfHeight;
      if (u * u + v * v > 2) continue;
      const distance = boxed ? Math.max(Math.abs(u), Math.abs(v)) : Math.sqrt(u * u + v * v);
      const edge = boxed
        ? 1
        : (outline[Math.floor((Math.atan2(v, u) / (2 * Math.PI) + 1) * outlinePoints) % outlinePoints] as number);
      const inside = (edge - distance) / sprite.softness;
      if (inside <= 0) continue;
      const alpha = Math.min(1, inside) * sprite.opacity;
      const textureX = folded(Math.round(originX + along * density), textureWidth);
      const textureY = folded(Math.round(originY + across * density), textureHeight);
      const from = (textureY * textureWidth + textureX) * 3;
      const to = (y * width + x) * 3;
      for (let c = 0; c < 3; c++) {
        const under = frame[to + c] as number;
        frame[to + c] = under + alpha * ((data[from + c] as number) - under);
      }
    }
  }
}

function span(centre: number, reach: number, length: number): [number, number] {
  return [Math.max(0, Math.floor(centre - reach)), Math.min(length, Math.ceil(centre + reach))];
}

function folded(position: number, length: number): number {
  const period = 2 * length - 2;
  const at = ((position % period) + period) % period;
  return at < length ? at : period - at;
}
