import type { FastifyInstance } from 'fastify';
import { version } from '../../base/version';
import { isOpen } from '../http/openRoute';
import type { RequestRecord } from '../http/requestRecord';
import { routeName } from '../http/routeName';
import { statusOfAnswer } from './logRequests';

type Api = NonNullable<ReturnType<typeof loadApi>>;

/**
 * Spans of requests and of what their time goes to, for whoever has set up OpenTelemetry in this process; each belongs to the
 * trace that the caller names (`traceparent`). They are made when a request ends, of its record, so that nothing is done for
 * them meanwhile. Without the package nothing happens.
 */
export function traceRequests(app: FastifyInstance): void {
  const api = loadApi();
  if (api === null) return;
  app.whenOver.push((request, reply) => {
    // By now, as the SDK may be set up after the server.
    const tracer = api.trace.getTracer('kinetorch', version());
    if (!isOpen(request)) {
      const parent = api.propagation.extract(api.ROOT_CONTEXT, request.headers);
      const name = `${request.method} ${routeName(request.routeOptions.url ?? '')}`.trim();
      addSpans(api, tracer, parent, { name, record: request.record, id: request.id, status: statusOfAnswer(reply) });
    }
  });
}

type Tracer = ReturnType<Api['trace']['getTracer']>;
type Context = Api['ROOT_CONTEXT'];

interface Answered {
  name: string;
  record: RequestRecord;
  id: string;
  status: number;
}

function addSpans(api: Api, tracer: Tracer, parent: Context, { name, record, id, status }: Answered): void {
  const attributes = {
    'http.response.status_code': status,
    'kinetorch.request_id': id,
    ...(record.model !== undefined && { 'kinetorch.model': record.model }),
  };
  const options = { kind: api.SpanKind.SERVER, startTime: atTime(record.beganAt), attributes };
  const span = tracer.startSpan(name, options, parent);
  if (status >= 500) span.setStatus({ code: api.SpanStatusCode.ERROR });
  if (span.isRecording()) {
    const within = api.trace.setSpan(parent, span);
    for (const [step, { beganAt, endedAt, ms, count }] of record.steps) {
      const own = { 'kinetorch.count': count, 'kinetorch.ms': ms };
      tracer.startSpan(step, { startTime: atTime(beganAt), attributes: own }, within).end(atTime(endedAt));
    }
  }
  span.end();
}

/** A time of `performance.now()` since 1970. */
const atTime = (ms: number) => performance.timeOrigin + ms;

function loadApi() {
  try {
    return require('@opentelemetry/api') as typeof import('@opentelemetry/api');
  } catch {
    return null;
  }
}
