import { parseArgs } from 'node:util';

/** What scripts/gpu/check.sh asks for. */
export interface RunFlags {
  device: 'cpu' | 'cuda';
  quick: boolean;
  python: string;
  /** Seconds since 1970 at which to be done. */
  until: number;
  /** File of the steps that were done before, a line of JSON each. */
  steps: string;
  commit: string;
  logs: string;
  out: string;
}

/** A file of results is shown again, and put into the documents. */
export interface ReportFlags {
  report: string;
  writeDocs: boolean;
}

export function readFlags(args: string[]): RunFlags | ReportFlags {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args,
    options: {
      ...{ report: text, 'write-docs': { type: 'boolean', default: false } },
      ...{ device: text, quick: { type: 'boolean', default: false }, python: text, until: text },
      ...{ steps: text, commit: text, logs: text, out: text },
    },
  });
  const { report, device, python, until, steps, commit, logs, out } = values;
  if (report) return { report, writeDocs: values['write-docs'] };
  if ((device !== 'cpu' && device !== 'cuda') || !python || !until || !steps || !commit || !logs || !out) {
    throw new Error('expected --report FILE [--write-docs]; measurements are begun by scripts/gpu/check.sh');
  }
  return { device, quick: values.quick, python, until: Number(until), steps, commit, logs, out };
}
