import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { EngineName } from '../harness/cases';
import { thisMachine } from '../harness/thisMachine';
import { workFolder } from '../harness/workFolder';
import { type CpuCase, chosenCases } from './cases';
import { chosenEngines, engines } from './engines';

/** What a run was asked for. */
export interface Flags {
  cases: CpuCase[];
  /** Empty: each case's own. */
  engines: EngineName[];
  /** Undefined: each case's own. */
  rounds?: number;
  threads: number;
  /** The Python that makes the peers' environment. */
  python: string;
  resultsFile: string;
  /** Cases that the file of results holds are not measured again. */
  resume: boolean;
  /** Nothing is measured: what the file holds is shown. */
  reportOnly: boolean;
  writeDocs: boolean;
}

export const usage = `usage: npm run bench -- [options]

  --cases NAME,…     networks, or their cases such as r2plus1d_18/1 or r2plus1d_18/serving; all unless given
  --engines NAME,…   those of each case unless given: ${Object.keys(engines).join(', ')}
  --rounds N         as many as there is time for, unless given
  --threads N        as many as the machine has, unless given
  --python PROGRAM   the Python that makes the peers' environment; python3 unless given
  --results FILE     build/bench/results.json, or trial.json with --engines, --rounds or --threads
  --resume           only the cases that the file lacks
  --report           no measurement: what the file holds
  --write-docs       also into docs/performance.md and its chart`;

/** Null where only the usage is wanted. */
export function readFlags(args: string[]): Flags | null {
  const { values } = parseArgs({
    args,
    options: {
      help: { type: 'boolean', default: false },
      cases: { type: 'string', default: '' },
      engines: { type: 'string', default: '' },
      rounds: { type: 'string' },
      threads: { type: 'string' },
      python: { type: 'string', default: 'python3' },
      results: { type: 'string' },
      resume: { type: 'boolean', default: false },
      report: { type: 'boolean', default: false },
      'write-docs': { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  // What other settings give must not take the place of whole measurements.
  const isTrial = [values.engines, values.rounds, values.threads].some((value) => value);
  if (isTrial && values['write-docs']) {
    throw new Error('expected --write-docs without --engines, --rounds and --threads: documents hold whole cases');
  }
  return {
    cases: chosenCases(words(values.cases)),
    engines: chosenEngines(words(values.engines)),
    rounds: values.rounds === undefined ? undefined : wholeNumber('rounds', values.rounds),
    threads: values.threads === undefined ? thisMachine().threads : wholeNumber('threads', values.threads),
    python: values.python,
    resultsFile: values.results ?? join(workFolder, isTrial ? 'trial.json' : 'results.json'),
    resume: values.resume,
    reportOnly: values.report,
    writeDocs: values['write-docs'],
  };
}

function words(text: string): string[] {
  return text.split(',').filter((word) => word !== '');
}

function wholeNumber(name: string, text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new Error(`expected --${name} to be a whole number from 1 to 9999 but got ${text}`);
}
