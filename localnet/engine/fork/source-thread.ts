import { workerData } from 'node:worker_threads';
import { messageOf } from '../../../src/base/errors.js';
import { engineError } from '../errors.js';
import { Connection } from '../remote/connection.js';
import { RpcError } from '../rpc-error.js';
import type { SourceAnswer, SourceWorkerData, ToSource } from './source-protocol.js';

/*
 * The thread that talks to the source of a fork. Runtime calls are synchronous: the engine's thread sleeps until an answer is
 * here.
 */
const { url, deadlineMs, port, answered } = workerData as SourceWorkerData;
let { expected } = workerData as SourceWorkerData;
const TRIES = 2;
const flag = new Int32Array(answered);
let opening: Promise<Connection> | undefined;

port.on('message', (message: ToSource) => {
  if ('expected' in message) {
    expected = message.expected;
    return;
  }
  const { id, method, params } = message;
  void ask(method, params).then(
    result => send({ id, result }),
    error => send({ id, gone: !(error instanceof RpcError), message: messageOf(error) }),
  );
});

function send(answer: SourceAnswer): void {
  port.postMessage(answer);
  Atomics.add(flag, 0, 1);
  Atomics.notify(flag, 0);
}

async function ask(method: string, params: readonly unknown[]): Promise<unknown> {
  for (let tries = 1; ; tries++) {
    try {
      const connection = await connected();
      return await connection.request(method, params);
    } catch (error) {
      if (error instanceof RpcError || tries === TRIES) throw error;
      // A connection that does not answer is no better the second time.
      void opening?.then(connection => connection.close()).catch(() => {});
      opening = undefined;
    }
  }
}

function connected(): Promise<Connection> {
  if (opening) return opening;
  const mine = connect();
  opening = mine;
  const over = () => {
    if (opening === mine) opening = undefined;
  };
  mine.then(connection => connection.closed.then(over)).catch(over);
  return mine;
}

async function connect(): Promise<Connection> {
  const connection = await Connection.open(url, { deadlineMs });
  if (!expected) return connection;
  try {
    const hash = await connection.request('chain_getBlockHash', [expected.number]);
    if (hash === expected.hash) return connection;
    throw engineError(
      'bad_answer',
      `${connection.url} has another chain now: block ${expected.number} is not ${expected.hash}`,
    );
  } catch (error) {
    connection.close();
    throw error;
  }
}
