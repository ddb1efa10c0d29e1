/** A step of the clock longer than this, and than `usualSteps` usual ones, is no time for which a picture was shown. */
const longestSeconds = 10;
/** The same where a picture may really stand for long, as in a recording of a screen: there only a lone one is moved. */
const longestStillSeconds = 600;
const usualSteps = 20;
/** So many packets whose stamps lie far from those before and after them are taken for errors. */
const maxStrays = 3;
/** No codec delays a picture by more. */
export const maxReordered = 20;

export interface Stamps {
  /** Ticks of each packet, in the order of decoding, by which jumps are found; NaN where there is none. */
  order: readonly number[];
  /** Ticks at which it is shown. */
  shown: readonly number[];
  /** Seconds a tick. */
  tick: number;
  /** Ticks from one picture to the next, as a rule. */
  usual: number;
  /** How far `order` may go back for good reasons, in ticks. */
  slack: number;
  /** Whether a long step is a break of the clock: so in transport and program streams, which are cut and joined as bytes. */
  isCuttable: boolean;
}

interface Bridged {
  /** Ticks to be added to each packet's stamps; NaN where they mean nothing. */
  shifts: number[];
  breaks: number;
  strays: number;
}

/** Whether so many ticks are longer than any picture is likely to stand, at the end of a video or alone before it. */
export function isStandstill(ticks: number, usual: number, tick: number): boolean {
  return ticks > Math.max(longestStillSeconds / tick, usualSteps * usual);
}

/**
 * Puts the stamps of several clocks on one. Where the clock jumps, the pictures go on without a pause, as if the parts had
 * been joined properly; where it comes back at once, what lies between is an error.
 */
export function bridgeClocks({ order, shown, tick, usual, slack, isCuttable }: Stamps): Bridged {
  const longest = Math.max(longestSeconds / tick, usualSteps * usual);
  const isJump = (from: number, to: number) => to - from > longest || from - to > slack;
  const shifts: number[] = new Array(order.length).fill(0);
  let [breaks, strays, shift, begun] = [0, 0, 0, 0];
  let last = Number.NaN;
  /** Where what was shown so far ends. */
  let end = -Infinity;
  for (let i = 0; i < order.length; i++) {
    const stamp = order[i] as number;
    if (isJump(last, stamp)) {
      const back = order.slice(i + 1, i + 1 + maxStrays).findIndex((later) => later >= last && !isJump(last, later));
      if (back >= 0) {
        shifts.fill(Number.NaN, i, i + back + 1);
        strays += back + 1;
        i += back;
        continue;
      }
      const isLone = (i - begun <= 2 || i >= order.length - 2) && isStandstill(stamp - last, usual, tick);
      if (isCuttable || stamp < last || isLone) {
        breaks++;
        begun = i;
        const near = shown.slice(i, i + maxReordered).filter((value) => Math.abs(value - stamp) < maxReordered * usual);
        shift = end - Math.min(...near, shown[i] ?? stamp);
      }
    }
    shifts[i] = shift;
    if (Number.isNaN(stamp)) continue;
    last = stamp;
    const from = shown[i] as number;
    end = Math.max(end, (Number.isNaN(from) ? stamp : from) + shift + usual);
  }
  return { shifts, breaks, strays };
}
