import { formatCount } from '../../base/format';
import { formatGflops, formatShape } from './format';
import { ProgressBar } from './progressBar';
import { table } from './table';
import { colorsFor, print, printJson } from './terminal';

/** Classes that parameters and GFLOPs are counted for, as in the papers: Kinetics-400. */
const numClasses = 400;

/** Counts every architecture at the input it was published with, and prints the table. */
export async function listArchitectures(json: boolean): Promise<void> {
  const { architectures } = await import('../../model/architectures.js');
  const { createModel } = await import('../../model/createModel.js');
  const { inspectModel } = await import('../../model/inspectModel.js');
  const all = architectures();
  const bar = new ProgressBar('  counting {bar} {name}');
  const rows = [];
  bar.start(all.length, { name: '' });
  try {
    for (const [done, info] of all.entries()) {
      bar.update(done, { name: info.name });
      const { parameters, gflops } = await inspectModel(await createModel({ architecture: info.name, numClasses }));
      rows.push({ ...info, parameters, gflops: gflops ?? 0 });
    }
  } finally {
    bar.clear();
  }
  if (json) return printJson(rows);
  const { dim } = colorsFor(process.stdout);
  const columns = [
    { title: 'architecture' },
    { title: 'clip (T×H×W)' },
    { title: 'parameters', align: 'right' },
    { title: 'GFLOPs', align: 'right' },
  ] as const;
  const lines = table(
    columns,
    rows.map(({ name, frames, height, width, parameters, gflops }) => [
      name,
      formatShape([frames, height, width]),
      formatCount(parameters),
      formatGflops(gflops),
    ]),
  );
  lines.forEach((line, index) => {
    print(index === 0 ? dim(line) : line);
  });
  print(dim(`for ${numClasses} classes; GFLOPs are billions of multiply-adds for one clip`));
}
