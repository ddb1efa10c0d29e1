import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Runs an expression with the exports of a module below scripts/, as `m`; gives what it prints, or the message it throws. */
export function evaluate(script: string, expression: string): string {
  const path = join(__dirname, '..', '..', 'scripts', script);
  const code = `import(${JSON.stringify(path)}).then((m) => ${expression}).then(
    (value) => console.log(JSON.stringify(value)), (error) => console.log(error.message))`;
  return spawnSync(process.execPath, ['-e', code], { encoding: 'utf8' }).stdout.trim();
}
