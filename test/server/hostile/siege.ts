import { jsonLines } from '../../support/runCli';
import type { ServingProcess } from '../../support/servingProcess';
import type { HostileRequest } from './hostileRequests';
import { judgeAnswers } from './judgeAnswers';
import { exchange, type RawAnswer } from './rawExchange';
import { readMetrics } from './readMetrics';

/** What is sent, and what is looked at meanwhile. */
export interface SiegePlan {
  requests: Iterable<HostileRequest>;
  /** Hostile requests that are under way at once. */
  atOnce: number;
  /** Until an answer, or the end of a connection, counts as lost, in milliseconds. */
  patienceMs: number;
  /** Asks for logits that are known, and may differ by so much; gives what is wrong, or rejects. */
  askGood: (tolerance: number, signal: AbortSignal) => Promise<string[]>;
  /** Looks at an answer beyond its form; gives what is wrong. */
  judge?: (request: HostileRequest, answer: RawAnswer) => Promise<string[]>;
}

export interface SiegeReport {
  /** Answers by their status, and connections that ended without one. */
  outcomes: Record<string, number>;
  /** What was not as it should be, with the request that it came of. */
  faults: string[];
  /** Of the server's process, in bytes, over time. */
  memory: number[];
}

/** A good request, and a look at the memory, after so many hostile ones. */
const round = 25;
/** By which logits differ in a batch with others, whose sums have another order. */
const batchTolerance = 1e-6;

/** Sends hostile requests to a server, and good ones between them, and looks whether all is as the documents say. */
export async function besiege(server: ServingProcess, plan: SiegePlan): Promise<SiegeReport> {
  const outcomes: Record<string, number> = {};
  const faults: string[] = [];
  const memory: number[] = [];
  const ids: string[] = [];
  const count = (outcome: string | number) => {
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  };
  let sent = 0;
  const good = async (tolerance: number) => {
    const found = await plan.askGood(tolerance, AbortSignal.timeout(plan.patienceMs)).catch((error) => [String(error)]);
    return found.map((fault) => `a good request after ${sent} others: ${fault}`);
  };
  const iterator = plan.requests[Symbol.iterator]();
  const besieger = async () => {
    for (let next = iterator.next(); !next.done && server.isAlive; next = iterator.next()) {
      const request = next.value;
      const received = await exchange(server.url, request, plan.patienceMs);
      const found = judgeAnswers(request, received);
      for (const answer of received.answers) {
        count(answer.status);
        if (answer.headers['x-request-id'] !== undefined) ids.push(answer.headers['x-request-id']);
        found.push(...((await plan.judge?.(request, answer).catch((error) => [String(error)])) ?? []));
      }
      if (received.answers.length === 0) count(request.end === 'cut' ? 'cut' : 'no answer');
      faults.push(...found.map((fault) => `${request.name}: ${fault}`));
      if (++sent % round > 0 || !server.isAlive) continue;
      faults.push(...(await good(batchTolerance)));
      const metrics = await readMetrics(server.url, plan.patienceMs).catch(() => null);
      if (metrics === null) faults.push('lost: no metrics came');
      else memory.push(metrics.process_resident_memory_bytes as number);
    }
  };
  await Promise.all(Array.from({ length: plan.atOnce }, besieger));
  // The end of a process is heard a moment later than that of its connections.
  await new Promise((resolve) => setTimeout(resolve, 100));
  if (!server.isAlive)
    return { outcomes, faults: [...faults, `the server died: ${server.stderr.slice(-2000)}`], memory };
  faults.push(
    ...(await good(0)),
    ...(await heldGauges(server.url, plan.patienceMs)),
    ...unloggedIds(server, ids),
    ...grownMemory(memory),
  );
  return { outcomes, faults, memory };
}

const settledMs = 5000;

/** Of what is under way nothing is left when nobody asks any more. */
async function heldGauges(url: string, patienceMs: number): Promise<string[]> {
  const gauge = /^(kinetorch_(pending_bytes|videos_in_work|requests_in_work)|nv_inference_pending_request_count)/;
  for (const end = performance.now() + settledMs; ; ) {
    const values = Object.entries(await readMetrics(url, patienceMs).catch(() => ({}))).filter(([name]) =>
      gauge.test(name),
    );
    // The one that asks is in work.
    const held = values.filter(([name, value]) => value !== (name === 'kinetorch_requests_in_work' ? 1 : 0));
    if (held.length === 0 && values.length > 0) return [];
    if (performance.now() > end) {
      return values.length === 0
        ? ['no metrics in the end']
        : held.map(([name, value]) => `${name} is ${value} in the end`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Each answer that has an id has its line in the log, which has to be told at `debug`. */
function unloggedIds({ stdout }: ServingProcess, ids: readonly string[]): string[] {
  const logged = new Set(jsonLines(stdout.slice(0, stdout.lastIndexOf('\n'))).map(({ id }) => id));
  const missing = ids.filter((id) => !logged.has(id));
  return missing.length === 0 ? [] : [`no line in the log: ${missing.length} of ${ids.length} answers`];
}

/** What memory may grow by without a reason, in bytes and as a share. */
const slack = { bytes: 24 * 2 ** 20, share: 0.1 };

/** The first third of a siege brings a server to its size; from there it is to stay what it is. */
export function grownMemory(samples: readonly number[]): string[] {
  const third = Math.floor(samples.length / 3);
  if (third < 2) return [];
  const before = median(samples.slice(third, 2 * third));
  const after = median(samples.slice(2 * third));
  if (after - before <= slack.bytes + slack.share * before) return [];
  return [`memory has grown from ${Math.round(before / 2 ** 20)} to ${Math.round(after / 2 ** 20)} MiB`];
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] as number;
