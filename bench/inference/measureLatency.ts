import type { EngineName } from '../harness/cases';
import { inTurn } from '../harness/inTurn';
import { median } from '../harness/statistics';
import type { Session } from './session';

/** A round of an engine lasts about this long, or one run. */
const roundMs = 300;
const mostRuns = 20;
/** Unless a number of rounds is asked for: as many as begin within the time, between the two. */
const [leastRounds, mostRounds, roundsMs] = [3, 7, 45_000];

/** One call after the other, in rounds of all engines; each round starts with another engine. */
export async function measureLatency(session: Session, rounds?: number): Promise<void> {
  const { processes } = session;
  const runs = new Map<EngineName, number>();
  for (const process of processes) {
    await session.rest();
    // The first result has warmed large networks; of small ones a few more runs cost nothing.
    const [first = roundMs] = await process.times(1);
    const more = first > roundMs ? [] : await process.times(Math.min(mostRuns, Math.ceil(roundMs / first)));
    runs.set(process.name, Math.min(mostRuns, Math.max(1, Math.round(roundMs / median([first, ...more])))));
  }
  const began = performance.now();
  const goesOn = (round: number) =>
    rounds !== undefined || round < leastRounds || performance.now() - began <= roundsMs;
  const measure = async (process: (typeof processes)[number]) => {
    await session.rest();
    const { latencyMs } = session.result(process.name);
    latencyMs.push(median(await process.times(runs.get(process.name) as number)));
  };
  await inTurn(processes, rounds ?? mostRounds, measure, goesOn);
}
