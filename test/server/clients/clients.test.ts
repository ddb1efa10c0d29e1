import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { clip, clipShape, modelsToServe } from '../../support/inference';
import { startServer, type TestServer } from '../../support/server';
import { temporaryFolder } from '../../support/temporaryFolder';

// Clients that nobody here wrote. `KINETORCH_CLIENTS_PYTHON` is a Python with tritonclient[http] 2.73.0, schemathesis 4.32.5
// and, where it is to be tried, kserve 0.21.0; docs/serving.md says how to make one.

const python = process.env.KINETORCH_CLIENTS_PYTHON;
const has = (packageName: string) =>
  python !== undefined && spawnSync(python, ['-c', `import ${packageName}`]).status === 0;
const testWith = (packageName: string) => (has(packageName) ? test : test.skip);

const folder = temporaryFolder();
const clipFile = join(folder, 'clip');
let served: TestServer;

beforeAll(async () => {
  writeFileSync(clipFile, clip.data);
  served = await startServer({ modelFolder: await modelsToServe(folder), modelControl: true });
});
afterAll(() => served?.server.close());

/** Runs a program and gives what it printed, with its exit code. */
function run(command: string, args: readonly string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      // Where schemathesis leaves what it remembers.
      cwd: folder,
      env: { ...process.env, NO_COLOR: '1', COLUMNS: '120' },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}

const script = (name: string, address: string) =>
  run(python as string, [join(__dirname, name), address, clipFile, JSON.stringify(clipShape), '6']);

testWith('tritonclient.http')("Triton's clients find all that they look for", async () => {
  expect(await script('triton_client.py', served.url.replace('http://', ''))).toEqual({ code: 0, output: 'ok\n' });
});

testWith('kserve')("KServe's client finds all that it looks for", async () => {
  const { code, output } = await script('kserve_client.py', served.url);
  expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/ok\n$/) });
});

testWith('schemathesis')(
  'the OpenAPI document is what the server does',
  async () => {
    const config = join(folder, 'schemathesis.toml');
    writeFileSync(config, '[parameters]\n"path.model" = "tiny"\n"path.version" = "1"\n');
    const { code, output } = await run(join(dirname(python as string), 'schemathesis'), [
      ...['--config-file', config, 'run', `${served.url}/openapi.json`],
      ...['--max-examples', '15', '--seed', '17', '--phases', 'examples,coverage,fuzzing'],
      // JSON Schema cannot say that `data` has as many elements as `shape`: most requests that fit the schema are refused.
      ...['--exclude-checks', 'positive_data_acceptance', '--exclude-path-regex', '/v1/|/load$|/unload$'],
    ]);
    expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/[1-9]\d* generated/) });
  },
  240_000,
);
