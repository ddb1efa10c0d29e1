import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kinetorch, root, runNode } from '../support/runCli';

describe('what ships', () => {
  test('demo prints a timeline with milliseconds', async () => {
    const { code, stdout, stderr } = await kinetorch(['demo']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^ +0:00\.0 – 0:0\d\.\d .*\d ms/m);
    expect(stdout).toMatch(/windows in .*\n\nWhat next\n/);
  });

  test('doctor finds nothing wrong', async () => {
    const { code, stdout } = await kinetorch(['doctor', '--json']);
    const { ok, checks } = JSON.parse(stdout) as { ok: boolean; checks: { name: string; ok: boolean; fix: unknown }[] };
    expect(checks.filter((check) => !check.ok)).toEqual([]);
    expect({ code, ok }).toEqual({ code: 0, ok: true });
    expect(checks.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['Node.js', 'Platform', 'LibTorch', 'Native addon', 'Video decoder', 'Shipped model']),
    );
  });

  test('doctor says what is wrong with LibTorch, what was tried, and how to fix it', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'kinetorch-cli-'));
    try {
      const { code, stdout, stderr } = await kinetorch(['doctor'], { env: { LIBTORCH: empty } });
      expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
      expect(stdout).toMatch(/^✗ LibTorch +not found$/m);
      expect(stdout).toContain(`tried LIBTORCH, ${empty}`);
      expect(stdout).toContain('fix: ');
    } finally {
      await rm(empty, { recursive: true });
    }
  });

  // Those that take files run in test/cli/ensemble and test/training/inflated.
  const takingFiles = ['ensemble.ts', 'inflate.ts'];
  const examples = readdirSync(join(root, 'examples')).filter(
    (name) => /\.m?[jt]s$/.test(name) && !takingFiles.includes(name),
  );
  test.each(examples)(
    'examples/%s runs and ends by itself',
    async (name) => {
      const { code, stdout, stderr } = await runNode(['--import', 'tsx', join('examples', name)]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).not.toBe('');
    },
    120_000,
  );
});
