import { readFileSync, writeFileSync } from 'node:fs';

const end = '<!-- End of what it writes. -->';

/** Puts `text` between the document's two markers, of which the first names the command that writes there. */
export function writeDocument(path: string, command: string, text: string): void {
  const begin = `<!-- Written by \`${command}\`; do not edit. -->`;
  const document = readFileSync(path, 'utf8');
  const from = document.indexOf(begin);
  const to = document.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`expected ${path} to hold the lines ${begin} and ${end}`);
  writeFileSync(path, `${document.slice(0, from + begin.length)}\n\n${text}\n\n${document.slice(to)}`);
}
