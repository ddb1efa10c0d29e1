import { formatCount } from '../../base/format';
import { architectureTable } from '../../model/architectureTable';
import { formatGflops, formatShape } from './format';
import { table } from './table';
import { colorsFor, print, printJson } from './terminal';

/** Prints every architecture at the input it was published with. */
export function listArchitectures(json: boolean): void {
  const rows = Object.entries(architectureTable).map(([name, figures]) => ({ name, ...figures }));
  if (json) {
    printJson(rows);
    return;
  }
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
  print(dim('for 400 classes; GFLOPs are billions of multiply-adds for one clip'));
}
