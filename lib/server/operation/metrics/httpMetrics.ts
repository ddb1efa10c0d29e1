import type { FastifyInstance } from 'fastify';
import { routeName } from '../../http/routeName';
import { Histogram } from '../../models/histogram';
import { statusOfAnswer } from '../logRequests';
import type { Metric } from './exposition';
import { inSeconds } from './inSeconds';

/** Requests by what they asked for, counted as they end. Routes, not paths: callers could make up any number of those. */
export class HttpMetrics {
  private readonly counts = new Map<string, { route: string; status: number; count: number }>();
  private readonly times = new Map<string, Histogram>();

  constructor(app: FastifyInstance) {
    app.whenOver.push((request, reply) => {
      const route = `${request.method} ${routeName(request.routeOptions.url ?? 'unknown')}`;
      this.add(route, statusOfAnswer(reply), performance.now() - request.record.beganAt);
    });
  }

  metrics(): Metric[] {
    return [
      {
        name: 'kinetorch_http_requests_total',
        help: 'Requests that were answered; 499: the caller went away first.',
        type: 'counter',
        samples: [...this.counts.values()].map(({ route, status, count }) => ({
          labels: { route, status },
          value: count,
        })),
      },
      {
        name: 'kinetorch_http_request_duration_seconds',
        help: 'From the head of a request to the end of its answer.',
        type: 'histogram',
        samples: [...this.times].map(([route, times]) => ({ labels: { route }, value: inSeconds(times) })),
      },
    ];
  }

  private add(route: string, status: number, ms: number): void {
    const key = `${status} ${route}`;
    const known = this.counts.get(key);
    if (known === undefined) this.counts.set(key, { route, status, count: 1 });
    else known.count++;
    const times = this.times.get(route) ?? new Histogram();
    this.times.set(route, times);
    times.add(ms);
  }
}
