import type { Command } from 'commander';
import { type Check, doctorChecks } from '../doctorChecks';
import { PartialFailure } from '../failures';
import { colorsFor, print, printJson } from '../print/terminal';

const notes = `
Exits with 1 where something is wrong. With --json, one document:
  {"ok":…,"checks":[{"name":…,"ok":…,"found":…,"details":[…],"fix":…}]}

Examples:
  $ kinetorch doctor
  $ kinetorch doctor --json | jq '.checks[] | select(.ok | not)'`;

/** `kinetorch doctor`. */
export function define(command: Command): void {
  command
    .description('Check this machine and installation, and say what is wrong and what to do about it.')
    .option('--json', 'one JSON document')
    .addHelpText('after', notes)
    .action(doctor);
}

async function doctor({ json }: { json?: boolean }): Promise<void> {
  const checks: Check[] = [];
  for await (const check of doctorChecks()) {
    checks.push(check);
    if (!json) printCheck(check);
  }
  const wrong = checks.filter(({ ok }) => !ok).length;
  if (json) printJson({ ok: wrong === 0, checks });
  else if (wrong === 0) print('\nEverything works.');
  else print(`\n${wrong} of ${checks.length} checks failed.`);
  if (wrong > 0) throw new PartialFailure();
}

function printCheck({ name, ok, found, details, fix }: Check): void {
  const { green, red, dim, cyan } = colorsFor(process.stdout);
  print(`${ok ? green('✓') : red('✗')} ${name.padEnd(14)} ${found}`);
  for (const detail of details) print(`  ${' '.repeat(14)} ${dim(detail)}`);
  if (fix !== null) print(`  ${' '.repeat(14)} ${cyan(`fix: ${fix}`)}`);
}
