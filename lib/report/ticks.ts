/** About `wanted` round numbers, 1, 2 or 5 times a power of ten apart, the first at or below `min`, the last at or above `max`. */
export function ticks(min: number, max: number, wanted: number): number[] {
  const span = max - min || Math.abs(max) || 1;
  const power = 10 ** Math.floor(Math.log10(span / wanted));
  const step = ([1, 2, 5].find((factor) => span / (factor * power) <= wanted) ?? 10) * power;
  const [first, last] = [Math.floor(min / step + 1e-9), Math.ceil(max / step - 1e-9)];
  // Multiples, not sums: 3 * 0.1 shows one digit too many otherwise.
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}
