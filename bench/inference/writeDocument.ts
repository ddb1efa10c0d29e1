import { readFileSync, writeFileSync } from 'node:fs';

const begin = '<!-- Written by `npm run bench -- --write-docs`; do not edit. -->';
const end = '<!-- End of what it writes. -->';

/** Puts `text` between the document's two markers. */
export function writeDocument(path: string, text: string): void {
  const document = readFileSync(path, 'utf8');
  const [from, to] = [document.indexOf(begin), document.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`expected ${path} to hold the lines ${begin} and ${end}`);
  writeFileSync(path, `${document.slice(0, from + begin.length)}\n\n${text}\n\n${document.slice(to)}`);
}
