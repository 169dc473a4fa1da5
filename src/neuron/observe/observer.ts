import { rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Closing,
  createMetrics,
  type Log,
  type Metrics,
  messageOf,
  type SettingValues,
  writeFileAtomic,
} from '../../base/index.js';
import { type AxonMetrics, axonMetrics, type DendriteMetrics, dendriteMetrics } from './net-metrics.js';
import { OBSERVE_FILE } from './observe-file.js';
import { serveObserver } from './observe-server.js';
import type { observeSettings } from './settings.js';
import { type FirstStatus, StatusBoard } from './status.js';

/** What a node tells of itself, and where its parts report to. */
export interface Observer {
  readonly metrics: Metrics;
  readonly status: StatusBoard;
  readonly axon: AxonMetrics;
  readonly dendrite: DendriteMetrics;
  /** Where it is served; undefined when that is turned off. */
  readonly url: string | undefined;
}

export interface ObserverOptions extends FirstStatus {
  settings: SettingValues<typeof observeSettings>;
  /** Of the slot: `observe.json` in it says where a running node is asked. */
  folder: string;
  log: Log;
  closing: Closing;
}

/** Begins to count, and serves the figures as the settings say. Errors: `port_in_use`, `cannot_listen`. */
export async function openObserver({ settings, folder, log, closing, ...first }: ObserverOptions): Promise<Observer> {
  const { role, hotkey, version } = first;
  const metrics = await createMetrics({ role, hotkey, version });
  closing.add(() => metrics.close());
  const status = new StatusBoard(first);
  const observer = { metrics, status, axon: axonMetrics(metrics), dendrite: dendriteMetrics(metrics) };
  const { metrics_port: port, metrics_ip: host, metrics_names: names } = settings;
  if (port < 0) return { ...observer, url: undefined };
  const server = await serveObserver({ metrics, status, host, port, names: names?.split(',') ?? [] });
  closing.add(() => server.stop());
  log.info(`Metrics and status at ${server.url} (/metrics, /status, /health, /events)`);
  const path = join(folder, OBSERVE_FILE);
  try {
    writeFileAtomic(path, `${JSON.stringify({ url: server.url, pid: process.pid })}\n`);
    closing.add(() => rmSync(path, { force: true }));
  } catch (error) {
    // A full disk does not end a node; it is only harder to find.
    log.warn(`Other programs do not find this node: ${messageOf(error)}`);
  }
  return { ...observer, url: server.url };
}
