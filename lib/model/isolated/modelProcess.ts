/**
 * The process of an isolated model: the one place where a file's code runs that nobody trusts. Its parent talks to it over
 * standard input and file descriptor 3; it ends with its parent. See Note [Model process].
 */
// The first: it may begin the process anew.
import '../../sandbox/withoutRings';
import { createWriteStream, statSync } from 'node:fs';
import type { NativeModel, NativeModelFile } from '../../../binding';
import { KinetorchError } from '../../base/errors';
import { gathering, MessageParser, writeMessage } from '../../base/messages';
import { packArrays, unpackArrays } from '../../base/packArrays';
import { native, nativeError } from '../../native';
import { findSandbox } from '../../sandbox/findSandbox';
import type { ModelCalls, ModelCommand, ModelMethod, ModelReply } from './messages';
import { warmUp } from './warmUp';

type Handlers = {
  [Method in ModelMethod]: (args: ModelCalls[Method]['args'], id: number) => Promise<ModelCalls[Method]['result']>;
};

/** Without a way round native destructors, leaving while a network runs may crash: a signal runs none. */
const leave = () => process.kill(process.pid, 'SIGKILL');

const warm = warmUp();
// What went wrong is the answer to whoever loads.
warm.catch(() => {});

let file: NativeModelFile | null = null;
let model: NativeModel | null = null;

const handlers: Handlers = {
  async open({ path, bytes, sha256 }) {
    const fingerprint = path === null ? '' : fingerprintOf(path);
    file = await native().NativeModelFile.open(path ?? (bytes as Uint8Array), sha256);
    return { metadata: file.metadata === null ? null : new TextEncoder().encode(file.metadata), fingerprint };
  },
  async load({ options, perFrame, memoryBytes }) {
    await warm;
    lock(memoryBytes);
    const { NativeModel, NativeModelFile } = native();
    let opened = file as NativeModelFile;
    if (perFrame !== null) opened = await NativeModelFile.open(await opened.withMetadata(perFrame, true), '');
    model = await NativeModel.load(opened, options);
    model.keepFile(opened);
    const { devices, precision, outputs, output, warnings } = model;
    return { devices, precision, outputs, output, warnings };
  },
  run: ({ input, outputs, topK, map }, id) => (model as NativeModel).run(id, input, outputs, topK, map),
  async dispose() {
    await model?.dispose();
    return null;
  },
};

function lock(memoryBytes: number): void {
  const { binding, problem } = findSandbox();
  const held = binding?.lockIn('', memoryBytes);
  // Seccomp forbids all that Landlock does, which kernels before 5.13 have not.
  if (held?.seccomp && (held.problem === '' || held.landlock === 0)) return;
  throw new KinetorchError(
    'ERR_UNSUPPORTED',
    `expected a system that can lock a process in, for \`isolate\`, but it cannot: ${held?.problem ?? problem}`,
  );
}

/** Of a file that cannot be looked at, whoever opens it tells. */
function fingerprintOf(path: string): string {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? '' : [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join();
}

async function answer({ id, method, args }: ModelCommand & { method: ModelMethod }): Promise<void> {
  try {
    const handler = handlers[method] as (args: unknown, id: number) => Promise<unknown>;
    const { value, payload } = packArrays(await handler(args, id));
    send({ id, stats: model?.stats() ?? null, result: value }, payload);
  } catch (error) {
    const { code, message } = nativeError(error);
    send({ id, stats: model?.stats() ?? null, failure: { code, message } });
  }
}

const replies = createWriteStream('', { fd: 3 });

function send(reply: ModelReply, payload: Uint8Array[] = []): void {
  void writeMessage(replies, reply, payload);
}

const parser = new MessageParser<ModelCommand>(
  gathering((command, payload) => {
    const args = unpackArrays(command.args, payload);
    if (command.method === 'cancel') {
      const { code, message } = command.args;
      model?.cancel(command.id, code, message);
    } else void answer({ ...command, args });
  }),
);
process.stdin.on('data', (chunk) => parser.push(chunk));
for (const pipe of [process.stdin, replies]) pipe.on('error', leave).on('close', leave).on('end', leave);
