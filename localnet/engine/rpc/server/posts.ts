import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { requestTooLarge } from '../../rpc-error.js';
import type { FaultDice } from './faults.js';
import type { ServerLimits } from './limits.js';
import type { Account, Memory } from './memory.js';
import { asksDevOnly, errorText, type Responder } from './responder.js';
import type { Sites } from './sites.js';

const ANSWER_HEADERS = { 'content-type': 'application/json; charset=utf-8' };
/** The client of an answer has that long to take some of it. */
const STALLED_MS = 60_000;
/** Where others ask whether the node is well. */
const HEALTH_PATHS: ReadonlySet<string> = new Set(['/health', '/health/readiness']);

export interface PostParts {
  readonly responder: Responder;
  readonly limits: ServerLimits;
  readonly memory: Memory;
  readonly dice: FaultDice;
  readonly sites: Sites;
  /** Called when the number of running posts changes. */
  changed(): void;
}

/** JSON-RPC by HTTP POST. The posts of a connection are answered one after the other, each when the last answer was taken. */
export class Posts {
  running = 0;
  /** Per connection, the posts that are not over. */
  private readonly turns = new WeakMap<Socket, { waiting: number; last: Promise<void> }>();

  constructor(private readonly parts: PostParts) {}

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { socket } = request;
    const turns = this.turns.get(socket) ?? { waiting: 0, last: Promise.resolve() };
    this.turns.set(socket, turns);
    if (turns.waiting >= this.parts.limits.pipelined) {
      socket.destroy();
      return;
    }
    // Two for each response that is not over; their number is bounded.
    socket.setMaxListeners(0);
    const { last } = turns;
    turns.last = over(socket, response);
    turns.waiting++;
    this.running++;
    this.parts.changed();
    void turns.last.then(() => {
      turns.waiting--;
      this.running--;
      this.parts.changed();
    });
    await last;
    if (!socket.destroyed) await this.answer(request, response);
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const account = this.parts.memory.open(() => giveWay(response));
    response.once('close', () => account.leave());
    const read = request.method === 'GET' || request.method === 'HEAD';
    try {
      if (read && HEALTH_PATHS.has(request.url ?? '')) await this.health(response);
      else if (read && this.parts.sites.answer(request, response)) return;
      else if (request.method === 'POST') await this.post(request, response, account);
      else response.writeHead(405, { allow: 'POST' }).end('This is a JSON-RPC server: use POST or a WebSocket.\n');
    } catch {
      // The client went away while sending, or the chain is gone.
      response.destroy();
    }
  }

  private async post(request: IncomingMessage, response: ServerResponse, account: Account): Promise<void> {
    const { limits, responder, dice } = this.parts;
    const body = await this.body(request, account);
    if (body === undefined) {
      const text = errorText(null, requestTooLarge(limits.requestBytes));
      response.writeHead(413, { ...ANSWER_HEADERS, connection: 'close' }).end(text);
      return;
    }
    if (dice.faults.refuse && !asksDevOnly(body)) {
      response.destroy();
      return;
    }
    const { text = '', dev } = await responder.respond(body, undefined);
    account.add(text.length);
    response.setTimeout(STALLED_MS);
    const { delayMs } = dice.faults;
    if (!dev && dice.drops()) return;
    if (!dev && delayMs > 0) await sleep(delayMs);
    response.writeHead(200, ANSWER_HEADERS).end(text);
  }

  /** As a real node's, which answers with `system_health`. */
  private async health(response: ServerResponse): Promise<void> {
    const { text } = await this.parts.responder.respond('{"id":1,"method":"system_health","params":[]}', undefined);
    const { result } = JSON.parse(text ?? '{}') as { result?: unknown };
    response.writeHead(result === undefined ? 500 : 200, ANSWER_HEADERS).end(JSON.stringify(result ?? null));
  }

  private async body(request: IncomingMessage, account: Account): Promise<string | undefined> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of request) {
      bytes += (chunk as Buffer).length;
      if (bytes > this.parts.limits.requestBytes) return undefined;
      account.add((chunk as Buffer).length);
      chunks.push(chunk as Buffer);
    }
    return Buffer.concat(chunks).toString('utf8');
  }
}

function giveWay(response: ServerResponse): void {
  if (response.headersSent) response.destroy();
  else {
    response.writeHead(503, { connection: 'close' }).end('The node holds too much for its clients.\n');
    response.socket?.destroySoon();
  }
}

/** Resolves when a response was taken or its connection ended; one that waits in a queue does not tell the latter. */
function over(socket: Socket, response: ServerResponse): Promise<void> {
  return new Promise(resolve => {
    const finish = () => {
      socket.off('close', finish);
      response.off('close', finish);
      resolve();
    };
    socket.on('close', finish);
    response.on('close', finish);
  });
}
