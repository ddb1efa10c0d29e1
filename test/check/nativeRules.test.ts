import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { makeSandbox, put } from '../support/sandbox';

const script = join(__dirname, '..', '..', 'scripts', 'check', 'nativeRules.mjs');
let sandbox: ReturnType<typeof makeSandbox>;
beforeEach(() => {
  sandbox = makeSandbox();
});
afterEach(() => sandbox.remove());

function check(files: Record<string, string[]>): { code: number | null; breaches: string } {
  for (const [path, includes] of Object.entries(files)) {
    put(join(sandbox.path, 'native', path), includes.map((header) => `#include "${header}"\n`).join(''));
  }
  const { status, stderr } = spawnSync(process.execPath, [script, sandbox.path], { encoding: 'utf8' });
  return { code: status, breaches: stderr };
}

test('lets rooms include those below them', () => {
  expect(
    check({
      'runtime/error.h': ['string'],
      'model/module.h': ['torch/script.h', 'native/runtime/error.h'],
      'engine/queue.h': ['native/runtime/error.h'],
      'engine/queue.cpp': ['native/engine/queue.h', 'native/model/module.h'],
      'binding/addon.cpp': ['napi.h', 'native/engine/queue.h'],
      'bootstrap/bootstrap.cpp': ['napi.h', 'native/sandbox/lock.h'],
      'sandbox/lock.h': ['string'],
      'network/operators/operator.h': ['native/network/agreement.h'],
      'network/agreement.h': [],
      'network/passes/pass.cpp': ['native/network/operators/operator.h'],
      'network/tune.cpp': ['native/network/operators/operator.h'],
      'cuda/launch.h': ['cuda_runtime_api.h'],
      'cuda/kernel.cu': ['native/cuda/launch.h', 'native/runtime/error.h'],
    }),
  ).toEqual({ code: 0, breaches: '' });
});

test.each([
  [
    'a room above',
    { 'engine/queue.h': [], 'runtime/error.cpp': ['native/engine/queue.h'] },
    /runtime\/ is below engine\//,
  ],
  [
    'bootstrap from elsewhere',
    { 'bootstrap/open.h': [], 'model/a.cpp': ['native/bootstrap/open.h'] },
    /must not include bootstrap\//,
  ],
  [
    "the decoder's lock from elsewhere",
    { 'sandbox/lock.h': [], 'engine/a.cpp': ['native/sandbox/lock.h'] },
    /engine\/ must not include sandbox\//,
  ],
  [
    'the CUDA library from the core',
    { 'cuda/launch.h': [], 'model/a.cpp': ['native/cuda/launch.h'] },
    /model\/ must not include cuda\//,
  ],
  [
    'another room in a CUDA source',
    { 'model/module.h': [], 'cuda/kernel.cuh': ['native/model/module.h'] },
    /cuda\/kernel\.cuh:1: cuda\/ must not include model\//,
  ],
  [
    'a pass from an operator',
    { 'network/passes/node.h': [], 'network/operators/operator.h': ['native/network/passes/node.h'] },
    /operator\.h:1: network\/operators\/ is below network\/passes\//,
  ],
  [
    "one kind of elements from another's kernels",
    { 'kernels/float32/plan.h': [], 'kernels/int8/plan.cpp': ['native/kernels/float32/plan.h'] },
    /kernels\/int8\/ is beside kernels\/float32\/ and must not include it/,
  ],
  ['napi.h in a lower room', { 'engine/queue.cpp': ['napi.h'] }, /engine\/queue\.cpp:1 includes napi\.h/],
  ['a torch header in binding', { 'binding/addon.cpp': ['ATen/ATen.h'] }, /binding\/addon\.cpp → ATen\/ATen\.h/],
  [
    'a torch header in binding through another header',
    { 'engine/queue.h': ['torch/torch.h'], 'binding/addon.cpp': ['native/engine/queue.h'] },
    /binding\/addon\.cpp → native\/engine\/queue\.h → torch\/torch\.h/,
  ],
])('refuses %s', (_name, files, message) => {
  const { code, breaches } = check(files as Record<string, string[]>);
  expect(code).toBe(1);
  expect(breaches).toMatch(message);
});
