/** No answer is waited for longer, in seconds: one part that hangs must leave time to the others. */
const longest = 120;

/** The time that a run may take. */
export class Clock {
  /** @param until milliseconds since 1970 */
  constructor(private readonly until: number) {}

  secondsLeft(): number {
    return Math.max(0, (this.until - Date.now()) / 1000);
  }

  /** How long an answer may be waited for: a little beyond the end, so that what has begun is not lost. */
  patienceMs(): number {
    return Math.round(Math.min(longest, this.secondsLeft() + 10) * 1000);
  }
}
