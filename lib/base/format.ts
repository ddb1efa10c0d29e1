/** `31,300,125`. */
export function formatCount(value: number): string {
  return value.toLocaleString('en-US');
}

/** `82.3%`. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}

/** `82.3%`, or a dash where there is nothing to measure. */
export function percentOrDash(share: number | null): string {
  return share === null ? '–' : percent(share);
}
