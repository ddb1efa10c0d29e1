import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const lib = join(__dirname, '..', '..', 'lib');

test('lib/index.ts exports by name, so that nothing becomes public by accident', () => {
  expect(readFileSync(join(lib, 'index.ts'), 'utf8')).not.toMatch(/export\s+(type\s+)?\*/);
});

test('lib/index.mts adds nothing to it', () => {
  const code = readFileSync(join(lib, 'index.mts'), 'utf8').replace(/\/\/.*\n/g, '');
  expect(code.trim()).toBe("export * from './index.js';");
});
