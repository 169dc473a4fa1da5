import { LocalHttp, type LocalHttpOptions, reply, replyJson } from '../../base/http.js';
import type { Metrics } from '../../base/index.js';
import { EventStream } from './event-stream.js';
import type { StatusBoard } from './status.js';

/**
 * What a node shows: `/metrics` for Prometheus, `/status` as JSON, `/health` (200, or 503 with what is wrong) and `/events`,
 * a stream of statuses. Nothing in it is secret; whoever opens it to others shows them what the node does.
 * Errors: `port_in_use`, `cannot_listen`.
 */
export async function serveObserver({
  metrics,
  status,
  ...where
}: { metrics: Metrics; status: StatusBoard } & Omit<LocalHttpOptions, 'routes'>): Promise<{
  readonly url: string;
  stop(): Promise<void>;
}> {
  const events = new EventStream(status);
  const server = await LocalHttp.start({
    ...where,
    routes: {
      '/metrics': async (_, response) => reply(response, 200, metrics.contentType, await metrics.text()),
      '/status': (_, response) => replyJson(response, 200, status.get()),
      '/health': (_, response) => {
        const problems = status.problems();
        const ok = Object.keys(problems).length === 0;
        replyJson(response, ok ? 200 : 503, ok ? { ok } : { ok, problems });
      },
      '/events': (request, response) => {
        if (request.method === 'HEAD') return reply(response, 200, 'text/event-stream', '');
        if (!events.add(response))
          reply(response, 503, 'text/plain; charset=utf-8', 'there are too many listeners already\n');
      },
    },
  });
  return {
    url: server.url,
    stop() {
      events.stop();
      return server.stop();
    },
  };
}
