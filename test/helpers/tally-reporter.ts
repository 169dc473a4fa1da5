import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

/** Writes "passed failed" to the file named by TALLY_FILE, for the closing line of the project's check. */
export default class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const path = process.env['TALLY_FILE'];
    if (!path) return;
    let passed = 0;
    let failed = 0;
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      passed += tests.filter(test => test.result().state === 'passed').length;
      failed += tests.filter(test => test.result().state === 'failed').length;
      if (tests.length === 0 && module.errors().length > 0) failed += 1;
    }
    writeFileSync(path, `${passed} ${failed}\n`);
  }
}
