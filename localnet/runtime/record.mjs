// Writes ../runtime.json for a freshly built wasm (update), or compares with it (check).
// What was built lies at argv[3]; TOOLCHAIN holds one "package version" a line.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'

const [, , mode, file] = process.argv
const recordFile = new URL('../runtime.json', import.meta.url)
const bytes = readFileSync(file)
const lib = readFileSync(new URL('runtime/src/lib.rs', import.meta.url), 'utf8')
const number = (name) => Number(new RegExp(`\\b${name}: (\\d+)`).exec(lib)[1])
const built = {
  sha256: createHash('sha256').update(bytes).digest('hex'),
  bytes: bytes.length,
  specName: /spec_name: .*"(.*)"/.exec(lib)[1],
  specVersion: number('spec_version'),
  transactionVersion: number('transaction_version'),
  toolchain: Object.fromEntries((process.env.TOOLCHAIN ?? '').split('\n').filter(Boolean).map((line) => line.split(' '))),
  imports: WebAssembly.Module.imports(new WebAssembly.Module(bytes))
    .map(({ module, name }) => `${module}.${name}`)
    .sort(),
}

const fail = (message) => {
  console.error(`runtime: ${message}`)
  process.exitCode = 1
}

if (mode === 'update') {
  writeFileSync(recordFile, `${JSON.stringify(built, null, 2)}\n`)
} else {
  const recorded = JSON.parse(readFileSync(recordFile, 'utf8'))
  const committed = createHash('sha256').update(readFileSync(new URL('../runtime.wasm', import.meta.url))).digest('hex')
  if (committed !== recorded.sha256) fail(`runtime.wasm is ${committed}, runtime.json says ${recorded.sha256}`)
  const extra = built.imports.filter((name) => !recorded.imports.includes(name))
  if (extra.length > 0) fail(`imports that runtime.json does not list: ${extra.join(', ')}`)
  if (JSON.stringify(built.toolchain) !== JSON.stringify(recorded.toolchain)) {
    console.log('runtime: another toolchain than the recorded one, so the bytes may differ')
    console.log(`  recorded: ${JSON.stringify(recorded.toolchain)}`)
    console.log(`  here:     ${JSON.stringify(built.toolchain)}`)
  } else if (built.sha256 !== recorded.sha256) {
    fail(`built ${built.sha256}, runtime.json says ${recorded.sha256}`)
  } else {
    console.log(`runtime: ${built.sha256}, as recorded`)
  }
}
