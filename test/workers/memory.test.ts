import { runProgram } from './runProgram';

jest.setTimeout(180_000);

async function growth(what: string): Promise<number> {
  const ended = await runProgram('memory', [what], ['--expose-gc']);
  expect(ended).toMatchObject({ code: 0, signal: null, stderr: '' });
  return (JSON.parse(ended.stdout) as { grown: number }).grown;
}

test('300 requests leave nothing behind', async () => {
  expect(await growth('requests')).toBeLessThan(10);
});

test('loading and disposing leaves nothing behind', async () => {
  expect(await growth('reload')).toBeLessThan(5);
});

test('models that were dropped are collected with their memory', async () => {
  // Of 130 MB each.
  expect(await growth('collect')).toBeLessThan(40);
});
