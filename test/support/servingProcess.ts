import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { root } from './runCli';

interface ServingOptions {
  env?: NodeJS.ProcessEnv;
  /** Of Node.js itself. */
  nodeArgs?: string[];
}

/** `kinetorch serve` in a process of its own, on a free port. */
export class ServingProcess {
  stdout = '';
  stderr = '';
  /** Its exit code; of one that a signal ended, as shells have it. */
  readonly ended: Promise<number>;
  private readonly child: ChildProcess;

  constructor(args: readonly string[], { env = {}, nodeArgs = [] }: ServingOptions = {}) {
    const program = join(root, 'dist', 'cli', 'main.js');
    const all = [...nodeArgs, program, 'serve', '--port', '0', '--threads', '1', ...args];
    this.child = spawn(process.execPath, all, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child.stdout?.on('data', (text) => {
      this.stdout += text;
    });
    this.child.stderr?.on('data', (text) => {
      this.stderr += text;
    });
    this.ended = new Promise((resolve) => {
      this.child.on('close', (code, signal) =>
        resolve(signal === null ? (code as number) : 128 + constants.signals[signal]),
      );
    });
  }

  get url(): string {
    return /Listening on (\S+)/.exec(this.stderr)?.[1] ?? '';
  }

  get pid(): number {
    return this.child.pid as number;
  }

  get isAlive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Resolves with the address when all models are loaded. Throws where it ends before. */
  async ready(): Promise<string> {
    for (;;) {
      if (!this.isAlive) throw new Error(`the server ended: ${this.stderr}`);
      if (this.url !== '' && (await fetch(`${this.url}/v2/health/ready`)).ok) return this.url;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }
}
