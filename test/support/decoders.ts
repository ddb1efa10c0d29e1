import type * as childProcess from 'node:child_process';

type Spawn = typeof childProcess.spawn;

/** The decoder processes that a `spawn` mocked in the test's file has started. */
export class Decoders {
  /** The most that lived at once. */
  most = 0;

  constructor(private readonly spawn: jest.MockedFunction<Spawn>) {
    const real: Spawn = jest.requireActual('node:child_process').spawn;
    spawn.mockImplementation(((...args: Parameters<Spawn>) => {
      const child = real(...args);
      this.most = Math.max(this.most, this.alive.length + 1);
      return child;
    }) as Spawn);
  }

  /** The oldest first; without those that were told to end. */
  get alive(): childProcess.ChildProcess[] {
    const all = this.spawn.mock.results.map(({ value }) => value as childProcess.ChildProcess);
    return all.filter((child) => child && !child.killed && child.exitCode === null && child.signalCode === null);
  }
}
