/** What the engine uses of Node's WebAssembly, whose types TypeScript has only together with those of a browser. */
declare namespace WebAssembly {
  type Kind = 'function' | 'global' | 'memory' | 'table';

  class Module {
    constructor(bytes: Uint8Array);
    static exports(module: Module): { name: string; kind: Kind }[];
    static imports(module: Module): { module: string; name: string; kind: Kind }[];
  }

  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, unknown>>);
    readonly exports: Record<string, unknown>;
  }

  class Memory {
    constructor(limits: { initial: number; maximum?: number });
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }

  class Global {
    constructor(type: { value: string; mutable?: boolean }, value?: unknown);
    value: unknown;
  }

  class RuntimeError extends Error {}
}
