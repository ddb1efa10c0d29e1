import type { Clock } from './clock';
import { problemOf } from './problemOf';
import { NothingToRun } from './programs';
import type { Results, Step, TestCounts } from './results';

/** Seconds without which no part is begun. */
const least = 8;

/** The parts of a run one after the other: each notes how it went, and none stops the others. */
export class Parts {
  constructor(
    private readonly results: Results,
    private readonly clock: Clock,
    private readonly save: () => void,
  ) {}

  /** @param skipped why it is left out here */
  async run(name: string, work: () => Promise<void>, skipped?: string): Promise<void> {
    const began = performance.now();
    const reason = skipped ?? (this.clock.secondsLeft() < least ? 'no time was left' : undefined);
    const step: Step = { name, ok: true, seconds: 0 };
    if (reason === undefined) {
      console.error(`▸ ${name} (${Math.round(this.clock.secondsLeft())} s left)`);
      try {
        await work();
      } catch (error) {
        if (error instanceof NothingToRun) step.skipped = error.message;
        else Object.assign(step, { ok: false, problem: problemOf(error) });
      }
      step.seconds = Math.round((performance.now() - began) / 100) / 10;
    } else {
      step.skipped = reason;
    }
    if (step.problem) console.error(`✘ ${name}: ${step.problem}`);
    if (step.skipped) console.error(`– ${name}: ${step.skipped}`);
    this.results.steps.push(step);
    this.save();
  }

  /** A suite of tests; on a GPU one in which none passed has not tested anything. */
  async tests(name: string, suite: () => Promise<TestCounts>, skipped?: string): Promise<void> {
    await this.run(
      name,
      async () => {
        const counts = await suite();
        this.results.tests[name] = counts;
        if (counts.failed > 0) throw new Error(`${counts.failed} failed:\n${counts.failures.join('\n')}`);
        if (counts.passed === 0) throw new Error(`none of ${counts.skipped} ran`);
      },
      skipped,
    );
  }
}
