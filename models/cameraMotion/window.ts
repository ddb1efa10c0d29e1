import type { CameraOffset } from './cameraPath';

/** The camera's window over a scene, in pixels of the scene's level 0. */
export interface Window {
  /** Centre. */
  x: number;
  y: number;
  width: number;
  /** Width over height, as the viewer sees it. */
  aspect: number;
  /** Clockwise angle of the window, in radians. The picture that it shows is turned the other way. */
  angle: number;
}

/** A window at the first frame, and the point that zooms and rolls leave in place. */
export interface WindowStart extends Window {
  /** From the window's centre, to the right and down, in window widths. */
  pivotRight: number;
  pivotDown: number;
}

/** The window after the camera has moved by `offset`. */
export function movedWindow(start: WindowStart, offset: CameraOffset): Window {
  const size = Math.exp(offset.size);
  // What the pivot does not move under turning and scaling, the centre does.
  const [turnedRight, turnedDown] = rotated(start.pivotRight * size, start.pivotDown * size, offset.roll);
  const right = offset.right + start.pivotRight - turnedRight;
  const down = offset.down + start.pivotDown - turnedDown;
  const [dx, dy] = rotated(right * start.width, down * start.width, start.angle);
  return {
    x: start.x + dx,
    y: start.y + dy,
    width: start.width * size,
    aspect: start.aspect,
    angle: start.angle + offset.roll,
  };
}

/** The box around the window's corners. */
export function boundsOf({ x, y, width, aspect, angle }: Window) {
  const [cos, sin] = [Math.abs(Math.cos(angle)), Math.abs(Math.sin(angle))];
  const halfWidth = (width * (cos + sin / aspect)) / 2;
  const halfHeight = (width * (sin + cos / aspect)) / 2;
  return { left: x - halfWidth, right: x + halfWidth, top: y - halfHeight, bottom: y + halfHeight };
}

/** Turned clockwise on the screen, where y points down. */
export function rotated(right: number, down: number, angle: number): [number, number] {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return [cos * right - sin * down, sin * right + cos * down];
}
