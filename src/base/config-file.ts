import { existsSync, readFileSync } from 'node:fs';
import { type Document, isMap, isScalar, parseDocument, parse as parseYaml } from 'yaml';
import { BittensorError } from './errors.js';
import { foldKey, type SettingSources } from './options.js';
import { plainReason } from './plain-reason.js';

/**
 * Reads a YAML file of settings. A missing file is fine unless it was asked for by name.
 * Errors: `bad_config_file` with the line of the mistake.
 */
export function readConfigFile(
  path: string,
  options: { required: boolean },
): NonNullable<SettingSources['file']> | undefined {
  if (!existsSync(path)) {
    if (!options.required) return undefined;
    throw new BittensorError('bad_config_file', `no config file at ${path}`, { data: { path } });
  }
  const text = attempt(path, 'cannot be read', () => readFileSync(path, 'utf8'));
  const values: unknown = attempt(path, 'is not valid YAML', () => parseYaml(text));
  if (values === null || values === undefined) return { path, values: {} };
  if (typeof values !== 'object' || Array.isArray(values)) {
    throw badFile(path, 'must hold "setting: value" lines');
  }
  return { path, values: flatten(values as Record<string, unknown>) };
}

/** Of the parser's words; the lines below it, which it announces with a colon, show the place. */
function firstLine(message: string): string {
  return message.split('\n')[0]!.replace(/:\s*$/, '');
}

/** `wallet: {name: x}` is `wallet_name: x`. */
function flatten(values: Record<string, unknown>, prefix = ''): Record<string, unknown> {
  const entries = Object.entries(values).flatMap(([key, value]): [string, unknown][] => {
    const name = prefix + foldKey(key);
    const isFolder = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isFolder ? Object.entries(flatten(value as Record<string, unknown>, `${name}_`)) : [[name, value]];
  });
  return Object.fromEntries(entries);
}

/**
 * The text of a config file with one setting changed or added; comments and order stay. A setting that is there keeps its
 * spelling and its place (`wallet: {name: x}`). Error `bad_config_file` for a text that is no config file.
 */
export function withConfigValue(text: string, path: string, key: string, value: string | number | boolean): string {
  const document = parseDocument(text);
  const [mistake] = document.errors;
  if (mistake) throw badFile(path, `is not valid YAML: ${firstLine(mistake.message)}`);
  if (document.contents === null)
    return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${lineOf(key, value)}`;
  if (!isMap(document.contents)) throw badFile(path, 'must hold "setting: value" lines');
  document.setIn(placeOf(document, key) ?? [key], value);
  return document.toString({ lineWidth: 0 });
}

function lineOf(key: string, value: string | number | boolean): string {
  return parseDocument(`${key}: ${JSON.stringify(value)}\n`).toString({ lineWidth: 0 });
}

/** Where a setting is, in whatever spelling: the path of keys to it. */
function placeOf(document: Document, key: string): string[] | undefined {
  const find = (node: unknown, prefix: string): string[] | undefined => {
    if (!isMap(node)) return undefined;
    for (const { key: own, value } of node.items) {
      if (!isScalar(own)) continue;
      const name = prefix + foldKey(String(own.value));
      if (isMap(value)) {
        const below = key.startsWith(`${name}_`) ? find(value, `${name}_`) : undefined;
        if (below) return [own.value as string, ...below];
      } else if (name === key) return [own.value as string];
    }
    return undefined;
  };
  return find(document.contents, '');
}

function attempt<T>(path: string, failure: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw badFile(path, `${failure}: ${firstLine(plainReason(error))}`, error);
  }
}

function badFile(path: string, what: string, cause?: unknown): BittensorError {
  return new BittensorError('bad_config_file', `${path} ${what}`, { cause, data: { path } });
}
