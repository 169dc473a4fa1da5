import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolveNetwork } from '../../../chain/index.js';
import { startExplorer } from '../../../explorer/index.js';
import { askNodes } from '../../../neuron/index.js';
import type { Action } from '../../frame/command.js';
import { type explorerRows, MORE_PORTS } from './command.js';

export const explorer: Action<typeof explorerRows> = async ({ settings, sources, ui, signal, publish }) => {
  const named = resolveNetwork(settings.subtensor_network);
  const { subtensor_chain_endpoint: given } = settings;
  const network = given === undefined ? named : resolveNetwork(given);
  if (network.note !== undefined) ui.note(network.note);
  const [endpoint] = network.endpoints as readonly [string];
  const server = await startExplorer({
    port: settings.port,
    // A port that somebody chose is meant.
    more: sources.port === 'default' ? MORE_PORTS : 0,
    endpoint,
    nodes: aborted => askNodes(settings.data, aborted),
  });
  try {
    const { url, port } = server;
    if (settings.open) openBrowser(url, () => ui.note(`no program opens ${url}: give it to your browser`));
    publish({
      json: { url, port, endpoint, opened: settings.open },
      show: shown => {
        shown.line(`Explorer at ${url}, showing ${endpoint}`);
        if (!shown.isQuiet) shown.line('Ctrl-C stops it.');
      },
    });
    if (!signal.aborted) await once(signal, 'abort');
  } finally {
    await server.stop();
  }
  return undefined;
};

const OPENERS: Partial<Record<NodeJS.Platform, readonly [program: string, ...args: string[]]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

function openBrowser(url: string, onFailure: () => void): void {
  const [program, ...args] = OPENERS[process.platform] ?? ['xdg-open'];
  const child = spawn(program, [...args, url], { stdio: 'ignore', detached: true });
  child.once('error', onFailure);
  child.once('exit', code => {
    if (code !== 0) onFailure();
  });
  child.unref();
}
