import { formatCount } from '../../base/format';

/** Billions of multiply-adds, to the million. */
export function formatGflops(value: number): string {
  return value.toFixed(3);
}

/** `97%`; what is not quite nothing is not rounded to it, nor what is not quite certain. */
export function formatPercent(share: number): string {
  if (share > 0 && share < 0.005) return '<1%';
  if (share < 1 && share >= 0.995) return '>99%';
  return `${Math.round(share * 100)}%`;
}

/** A place in a video: `0:07.5`, or `1:02:07.5` from an hour on. */
export function formatTime(seconds: number): string {
  const tenths = Math.round(seconds * 10);
  const [hours, minutes, rest] = [Math.floor(tenths / 36_000), Math.floor(tenths / 600) % 60, (tenths % 600) / 10];
  const end = rest.toFixed(1).padStart(4, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${end}` : `${minutes}:${end}`;
}

/** How long something took: `41 ms`, `1.24 s`, `3 min 07 s`, `2 h 05 min`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 999.5) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 59.95) return `${seconds < 9.995 ? seconds.toFixed(2) : seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  if (hours > 0) return `${hours} h ${String(minutes).padStart(2, '0')} min`;
  return `${minutes} min ${String(whole % 60).padStart(2, '0')} s`;
}

/** A size in millions of bytes: `14.2 MB`. */
export function formatMegabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** `1 window`, `2 windows`. */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** `C×T×H×W` of a shape. */
export function formatShape(shape: readonly number[]): string {
  return shape.join('×');
}

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A bar of `width` cells for a share of 0…1. */
export function formatBar(share: number, width: number): string {
  const filled = Math.round(Math.min(Math.max(share, 0), 1) * width * 8);
  return ('█'.repeat(Math.floor(filled / 8)) + (eighths[filled % 8] ?? '')).padEnd(width);
}

/** `text` cut to `width` characters; to nothing where there is hardly room. */
export function cut(text: string, width: number): string {
  if (text.length <= width) return text;
  return width < 4 ? '' : `${text.slice(0, width - 1)}…`;
}

/** `text` cut or padded to `width` characters. */
export function fit(text: string, width: number): string {
  return cut(text, width).padEnd(width);
}
