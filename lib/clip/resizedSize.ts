/** Height and width of a frame of `height`×`width` pixels after a resize to `[height, width]` or `[shortSide]`. */
export function resizedSize(
  resize: readonly number[],
  { height, width }: { height: number; width: number },
): { height: number; width: number } {
  const [first = 1, second] = resize;
  if (second !== undefined) return { height: first, width: second };
  const longSide = Math.floor((first * Math.max(height, width)) / Math.min(height, width));
  return height <= width ? { height: first, width: longSide } : { height: longSide, width: first };
}
