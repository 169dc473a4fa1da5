import type { JsonSchema } from './command.js';

/** Words for the `output` of a command. Amounts of rao are decimal text: JSON numbers have no 64 bits. */
export const textSchema: JsonSchema = { type: 'string' };
export const booleanSchema: JsonSchema = { type: 'boolean' };
export const integerSchema: JsonSchema = { type: 'integer' };
export const numberSchema: JsonSchema = { type: 'number' };
export const raoSchema: JsonSchema = { type: 'string', pattern: '^-?\\d+$', description: 'rao' };
/** What an amount of a subnet is counted in. */
export const tokenSchema: JsonSchema = { enum: ['TAO', 'alpha'] };
export const addressSchema: JsonSchema = { type: 'string', pattern: '^[1-9A-HJ-NP-Za-km-z]{46,50}$' };
export const hashSchema: JsonSchema = { type: 'string', pattern: '^0x[0-9a-f]{64}$' };

export function listOf(items: JsonSchema): JsonSchema {
  return { type: 'array', items };
}

export function oneOf(...values: readonly (string | number | boolean | null)[]): JsonSchema {
  return { enum: values };
}

export function nullable(schema: JsonSchema): JsonSchema {
  return { anyOf: [schema, { type: 'null' }] };
}

/** An object with these properties and no others; a name with `?` may be missing. */
export function objectOf(properties: Readonly<Record<string, JsonSchema>>): JsonSchema {
  const entries = Object.entries(properties).map(([name, schema]) => [name.replace(/\?$/, ''), schema] as const);
  const required = Object.keys(properties).filter(name => !name.endsWith('?'));
  return { type: 'object', properties: Object.fromEntries(entries), required, additionalProperties: false };
}

/** Of what a command prints with --json when it fails. */
export const failureSchema: JsonSchema = objectOf({
  error: objectOf({
    code: { type: 'string', pattern: '^[a-z][a-z0-9_]*$' },
    message: { type: 'string', minLength: 1 },
    'hint?': textSchema,
    exit: oneOf(1, 2, 3, 4, 5, 130),
    'data?': { type: 'object' },
  }),
});
