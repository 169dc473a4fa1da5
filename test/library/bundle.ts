import { isBuiltin } from 'node:module';
import { build, type Rollup } from 'vite';

export interface Bundle {
  /** Modules of Node.js that something in it imports, and from where. */
  readonly nodeImports: string[];
  /** Its JavaScript, chunk by chunk. */
  readonly chunks: { readonly name: string; readonly code: string }[];
}

/** Says in its package.json that a browser gets nothing for `buffer`, and looks whether it is there. */
const EMPTIED = /\/bn\.js\/lib\/bn\.js$/;

/** What vite makes of a module for a browser; nothing is written. */
export async function bundleFor(entry: string): Promise<Bundle> {
  const nodeImports: string[] = [];
  const output = await build({
    configFile: false,
    logLevel: 'error',
    build: { write: false, minify: false, lib: { entry, formats: ['es'], fileName: 'library' } },
    plugins: [
      {
        name: 'no-node',
        enforce: 'pre',
        resolveId(id, importer) {
          if (isBuiltin(id) && !EMPTIED.test(importer ?? '')) nodeImports.push(`${id} from ${importer}`);
          return null;
        },
      },
    ],
  });
  const outputs = (Array.isArray(output) ? output : [output]) as Rollup.RollupOutput[];
  const chunks = outputs.flatMap(({ output }) =>
    output.flatMap(file => (file.type === 'chunk' ? [{ name: file.fileName, code: file.code }] : [])),
  );
  return { nodeImports, chunks };
}
