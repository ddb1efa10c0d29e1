/** Seconds as a clock shows them: `1:02.5`, `1:00:02.5`. @param {number} seconds @param {number} [digits] */
export function clock(seconds, digits = 1) {
  const unit = 10 ** digits;
  const whole = Math.round(Math.max(0, seconds) * unit) / unit;
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  const rest = (whole % 60).toFixed(digits).padStart(digits === 0 ? 2 : digits + 3, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`;
}

/** A length: `0.8 s`, `12 s`, `3 min 20 s`. @param {number} seconds */
export function length(seconds) {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 59.5) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** @param {number} share 0 to 1 */
export const percent = (share) => `${Math.round(share * 100)}%`;
