import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Packs a package that does what none should, to see that it is seen: it runs a script, which reaches for a host. */
export function makeNoisyPackage(folder) {
  const source = join(folder, 'package');
  mkdirSync(source, { recursive: true });
  const scripts = { postinstall: 'node fetch.js' };
  writeFileSync(join(source, 'package.json'), JSON.stringify({ name: 'noisy', version: '1.0.0', scripts }));
  writeFileSync(join(source, 'fetch.js'), "require('node:net').connect(9, '127.0.0.1').on('error', () => {});\n");
  const tarball = join(folder, 'noisy-1.0.0.tgz');
  execFileSync('tar', ['-czf', tarball, '-C', folder, 'package']);
  return tarball;
}
