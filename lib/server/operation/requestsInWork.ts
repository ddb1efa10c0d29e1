import type { ServerResponse } from 'node:http';

/** Counts requests until each has its answer, or nobody to give it to. */
export class RequestsInWork {
  private readonly responses = new Set<ServerResponse>();
  private whenNone: (() => void) | null = null;

  get count(): number {
    return this.responses.size;
  }

  add(response: ServerResponse): void {
    this.responses.add(response);
    response.once('close', () => {
      this.responses.delete(response);
      if (this.responses.size === 0) this.whenNone?.();
    });
  }

  /** Resolves when there are none, with true, or after `ms`, with false. */
  async none(ms: number): Promise<boolean> {
    if (this.responses.size === 0) return true;
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), ms);
      this.whenNone = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }
}
