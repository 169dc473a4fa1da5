import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { packagePath } from '../src/base/index.js';
import { checkCommand } from './helpers/command-line.js';

const read = (name: string) => readFileSync(packagePath(`deploy/${name}`), 'utf8');

interface Service {
  image?: string;
  build?: { context: string; dockerfile: string };
  command?: string[];
  profiles?: string[];
  volumes?: string[];
  networks?: Record<string, { ipv4_address: string }> | string[];
  healthcheck?: { test: string[] };
}
const compose = parse(read('compose.yaml'), { merge: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
};
const own = Object.entries(compose.services).filter(([, service]) => service.build);

describe('the compose file', () => {
  it('starts commands that there are, with settings that they take', () => {
    expect(own.map(([name]) => name)).toEqual(['chain', 'miner-1', 'miner-2', 'validator']);
    for (const [, { command }] of own) checkCommand(command!);
    const [, program, ...status] = compose.services['chain']!.healthcheck!.test;
    expect(program).toBe('bittensor-cli');
    checkCommand(status);
  });

  it('gives each node an address of its own, which it announces, and reaches the chain at its address', () => {
    const addressOf = ({ networks }: Service) =>
      (networks as Record<string, { ipv4_address: string }>)['bittensor']!.ipv4_address;
    const addresses = own.map(([, service]) => addressOf(service));
    expect(new Set(addresses).size).toBe(addresses.length);
    for (const [name, service] of own) {
      const words = service.command!;
      const valueAfter = (flag: string) => words[words.indexOf(flag) + 1];
      if (words.includes('--remote_ip')) expect(valueAfter('--remote_ip'), name).toBe(addressOf(service));
      if (words.includes('--chain_endpoint')) {
        expect(valueAfter('--chain_endpoint')).toBe(`ws://${addressOf(compose.services['chain']!)}:9944`);
        // Its own name is how Prometheus asks for it.
        expect(valueAfter('--metrics.names'), name).toBe(name);
      }
    }
  });

  it('names files and volumes that there are', () => {
    for (const [name, { volumes = [], build }] of Object.entries(compose.services)) {
      for (const volume of volumes) {
        const [from = ''] = volume.split(':');
        if (from.startsWith('.')) expect(existsSync(packagePath(join('deploy', from))), `${name}: ${from}`).toBe(true);
        else expect(compose.volumes, name).toHaveProperty(from);
      }
      if (build) expect(existsSync(packagePath(join('deploy', build.context, build.dockerfile)))).toBe(true);
    }
  });

  it('is asked by Prometheus at names and ports that it has', () => {
    const prometheus = parse(read('prometheus.yml')) as {
      scrape_configs: { static_configs: { targets: string[] }[] }[];
    };
    const targets = prometheus.scrape_configs.flatMap(job => job.static_configs.flatMap(({ targets }) => targets));
    expect(targets.map(target => target.split(':')[0]).sort()).toEqual(own.map(([name]) => name).sort());
    const [, port] = /BT_METRICS_PORT=(\d+)/.exec(read('Dockerfile'))!;
    for (const target of targets) expect(target.split(':')[1]).toBe(port);
    const chain = compose.services['chain']!.command!;
    expect(chain[chain.indexOf('--metrics_port') + 1]).toBe(port);
    const source = parse(read('grafana/provisioning/datasources/prometheus.yaml')) as {
      datasources: { url: string }[];
    };
    expect(source.datasources[0]!.url).toBe('http://prometheus:9090');
    const provider = parse(read('grafana/provisioning/dashboards/bittensor.yaml')) as {
      providers: { options: { path: string } }[];
    };
    const { path } = provider.providers[0]!.options;
    expect(compose.services['grafana']!.volumes!.some(volume => volume.split(':')[1] === path)).toBe(true);
  });
});

describe('the image', () => {
  const lines = read('Dockerfile').split('\n');

  it('copies what is there and what its own ignore file lets through, and does not run as root', () => {
    const allowed = read('Dockerfile.dockerignore')
      .split('\n')
      .filter(line => line.startsWith('!'))
      .map(line => line.slice(1));
    for (const path of allowed) {
      if (!path.includes('*')) expect(existsSync(packagePath(path)), path).toBe(true);
    }
    for (const path of [
      'package.json',
      'package-lock.json',
      'src',
      'localnet',
      'proto',
      'scripts',
      'bench',
      'deploy',
    ]) {
      expect(allowed).toContain(path);
    }
    const last = lines.slice(lines.findLastIndex(line => line.startsWith('FROM')));
    expect(last.find(line => line.startsWith('USER'))).toBe('USER node');
    expect(last.findIndex(line => line.startsWith('USER'))).toBeLessThan(
      last.findIndex(line => line.startsWith('ENTRYPOINT')),
    );
  });

  it('starts a command that there is, and its health is asked at the port that it serves', () => {
    const words = (name: string) =>
      JSON.parse(lines.find(line => line.startsWith(`${name} `))!.slice(name.length)) as string[];
    expect(words('ENTRYPOINT')).toEqual(['bittensor-cli']);
    const { bin } = JSON.parse(readFileSync(packagePath('package.json'), 'utf8')) as { bin: Record<string, string> };
    expect(bin).toHaveProperty('bittensor-cli');
    checkCommand(words('CMD'));
    expect(read('Dockerfile')).toMatch(/BT_METRICS_PORT=9100[\s\S]*fetch\('http:\/\/127\.0\.0\.1:9100\/health'\)/);
  });
});

describe('the systemd unit', () => {
  const unit = read('bittensor-node.service');

  it('starts a command that there is, stops it cleanly, and may do little else', () => {
    const [, words] = /^ExecStart=\S*bittensor-cli (.*)$/m.exec(unit)!;
    checkCommand(words!.split(' '));
    for (const line of [
      'NoNewPrivileges=yes',
      'ProtectSystem=strict',
      'StateDirectory=bittensor',
      'KillSignal=SIGINT',
      'Restart=on-failure',
      'StartLimitIntervalSec=0',
      'CapabilityBoundingSet=',
    ]) {
      expect(unit.split('\n')).toContain(line);
    }
  });

  it('has sections, settings and comments alone', () => {
    for (const line of unit.split('\n')) expect(line).toMatch(/^(#.*|\[[A-Z]\w+\]|[A-Z]\w+=.*|)$/);
  });
});
