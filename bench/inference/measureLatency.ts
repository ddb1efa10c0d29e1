import { median } from '../harness/statistics';
import type { Engine, Session } from './session';

/** A round of an engine lasts about this long, or one run. */
const roundMs = 300;
const mostRuns = 20;
/** Unless a number of rounds is asked for: as many as begin within the time, between the two. */
const [leastRounds, mostRounds, roundsMs] = [3, 7, 45_000];

/** One call after the other, in rounds of all engines; each round starts with another engine. */
export async function measureLatency(session: Session, rounds?: number): Promise<void> {
  const { processes } = session;
  const runs = new Map<Engine, number>();
  for (const process of processes) {
    await session.rest();
    // The first result has warmed large networks; of small ones a few more runs cost nothing.
    const [first = roundMs] = await process.times(1);
    const more = first > roundMs ? [] : await process.times(Math.min(mostRuns, Math.ceil(roundMs / first)));
    runs.set(process, Math.min(mostRuns, Math.max(1, Math.round(roundMs / median([first, ...more])))));
  }
  const began = performance.now();
  for (let round = 0; round < (rounds ?? mostRounds); round++) {
    if (rounds === undefined && round >= leastRounds && performance.now() - began > roundsMs) break;
    for (let turn = 0; turn < processes.length; turn++) {
      const process = processes[(round + turn) % processes.length] as Engine;
      await session.rest();
      session.result(process.name).rounds.push(median(await process.times(runs.get(process) as number)));
    }
  }
}
