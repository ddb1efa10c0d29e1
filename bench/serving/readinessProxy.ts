import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';

/** How often servers are asked whether they are ready. */
const askMs = 100;

/**
 * What stands before servers in a cluster, as small as it can be: it sends each request to a server that said it is ready
 * when it was asked last, and tries none twice, so that every failure is seen.
 */
export class ReadinessProxy {
  private readonly servers = new Map<string, { isReady: boolean; agent: Agent }>();
  private readonly http = createServer((asked, answer) => this.forward(asked, answer));
  private readonly timer = setInterval(() => void this.askAll(), askMs);
  private turn = 0;

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.http.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}`;
  }

  /** Resolves once it is known to be ready. */
  async add(url: string): Promise<void> {
    const server = { isReady: false, agent: new Agent({ keepAlive: true }) };
    this.servers.set(url, server);
    while (!server.isReady) await setTimeout(askMs);
  }

  remove(url: string): void {
    this.servers.get(url)?.agent.destroy();
    this.servers.delete(url);
  }

  close(): void {
    clearInterval(this.timer);
    for (const url of [...this.servers.keys()]) this.remove(url);
    this.http.close();
    this.http.closeAllConnections();
  }

  private async askAll(): Promise<void> {
    await Promise.all(
      [...this.servers].map(async ([url, server]) => {
        const answer = await fetch(`${url}/v2/health/ready`).catch(() => null);
        server.isReady = answer?.status === 200;
      }),
    );
  }

  private forward(asked: IncomingMessage, answer: ServerResponse): void {
    const ready = [...this.servers].filter(([, { isReady }]) => isReady);
    const [url, server] = ready[this.turn++ % ready.length] ?? [];
    if (url === undefined || server === undefined) {
      answer.writeHead(502).end('no server is ready');
      return;
    }
    const { connection: _, ...headers } = asked.headers;
    const sent = request(`${url}${asked.url}`, { method: asked.method, headers, agent: server.agent }, (come) => {
      const { connection: _, ...rest } = come.headers;
      answer.writeHead(come.statusCode as number, rest);
      come.pipe(answer);
    });
    sent.on('error', (error) => {
      if (!answer.headersSent) answer.writeHead(502);
      answer.end(error.message);
    });
    asked.pipe(sent);
  }
}
