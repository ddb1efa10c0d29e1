import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeSandbox } from '../support/sandbox';

const root = join(__dirname, '..', '..');
const script = join(root, 'scripts', 'check', 'binding.mjs');

const declared = 'binding.d.ts';
const model = 'native/binding/model_class.cpp';
const queue = 'native/engine/request_queue.cpp';
const errors = 'lib/base/errors.ts';

/** File, what stands in it, what is put there, and what the check then finds. */
const changes: [file: string, from: string, to: string, ...found: RegExp[]][] = [
  [
    declared,
    'runtimeInfo(): RuntimeInfo;',
    'runtimeInfo(): RuntimeInfo;\n  warmUp(): void;',
    /declares the function warmUp, the addon lacks it/,
    /native\/binding registers no warmUp/,
  ],
  [
    declared,
    'architectures(): ArchitectureInfo[];',
    '',
    /registers the function architectures, binding\.d\.ts lacks it/,
  ],
  [declared, 'static load(', 'load(', /NativeModel\.load: method in binding\.d\.ts, static in the addon/],
  [declared, 'readonly precision:', 'precision:', /precision: accessor in binding\.d\.ts, get in the addon/],
  [
    declared,
    'saveModel(path: string, metadata: string)',
    'saveModel(path: string)',
    /saveModel: 1 parameters in binding\.d\.ts, .*trainer_class\.cpp reads info\[0\], info\[1\]/,
  ],
  [
    model,
    'info[2].As<Napi::String>().Utf8Value()))',
    '"no reason"))',
    /cancel: 3 parameters in binding\.d\.ts, .*model_class\.cpp reads info\[0\], info\[1\]/,
  ],
  [
    declared,
    'saveCheckpoint(path: string,',
    'saveCheckpoint(path: number,',
    /saveCheckpoint, info\[0\]: number in binding\.d\.ts, .* reads string/,
  ],
  [
    declared,
    'stats(): NativeStats',
    'stats(): Promise<NativeStats>',
    /stats returns: promise in binding\.d\.ts, value in .*model_class\.cpp/,
  ],
  [
    model,
    'void ModelClass::reportMemory',
    'int first(const Napi::CallbackInfo& info) { return info[0]; }\nvoid ModelClass::reportMemory',
    /model_class\.cpp:\d+ reads an argument outside of a registered function/,
  ],
  [
    declared,
    '  maxQueue: number;',
    '  maxQueue: number;\n  priority: number;',
    /has a member priority, native\/binding neither reads nor writes it/,
  ],
  [
    model,
    'object.Set("maxRunMs",',
    'object.Set("longestRunMs",',
    /has a member maxRunMs, native\/binding neither reads nor writes it/,
    /uses a member longestRunMs, binding\.d\.ts has none/,
  ],
  [
    model,
    'integerOf(object, "maxQueue")',
    'flagOf(object, "maxQueue")',
    /maxQueue: number in binding\.d\.ts, native\/binding reads boolean/,
  ],
  [
    queue,
    '"ERR_QUEUE_FULL"',
    '"ERR_QUEUE_FLOODED"',
    /request_queue\.cpp throws ERR_QUEUE_FLOODED, lib\/base\/errors\.ts lacks it/,
  ],
  [
    errors,
    'ERR_TIMEOUT: {',
    'ERR_TOO_LATE: {',
    /lib\/.+\.ts throws ERR_TIMEOUT, lib\/base\/errors\.ts lacks it/,
    /errors\.ts has ERR_TOO_LATE, which nobody throws/,
  ],
];

let sandbox: ReturnType<typeof makeSandbox>;
beforeEach(() => {
  sandbox = makeSandbox();
});
afterEach(() => sandbox.remove());

function check(tree: string): { code: number | null; differences: string[] } {
  const { status, stderr } = spawnSync(process.execPath, [script, tree], { encoding: 'utf8' });
  return { code: status, differences: stderr.split('\n').filter((line) => line !== '') };
}

test('finds no difference in the sources as they are', () => {
  expect(check(root)).toEqual({ code: 0, differences: [] });
});

test('finds each difference, and nothing else', () => {
  for (const part of ['binding.d.ts', 'native', 'lib']) {
    cpSync(join(root, part), join(sandbox.path, part), { recursive: true });
  }
  for (const [file, from, to] of changes) {
    const path = join(sandbox.path, file);
    const text = readFileSync(path, 'utf8');
    expect(text).toContain(from);
    writeFileSync(path, text.replaceAll(from, to));
  }
  const { code, differences } = check(sandbox.path);
  expect(code).toBe(1);
  const expected = changes.flatMap(([, , , ...found]) => found);
  for (const message of expected) expect(differences).toContainEqual(expect.stringMatching(message));
  expect(differences).toHaveLength(expected.length);
});
