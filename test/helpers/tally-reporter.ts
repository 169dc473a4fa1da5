import { appendFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';

/**
 * For the end of the project's check: "passed failed" into the file named by TALLY_FILE, and a line for each test that failed into the
 * one named by TALLY_FAILURES.
 */
export default class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    let passed = 0;
    const failures: string[] = [];
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      const file = relative(process.cwd(), module.moduleId);
      passed += tests.filter(test => test.result().state === 'passed').length;
      for (const test of tests) {
        const result = test.result();
        if (result.state === 'failed') failures.push(`${file} > ${test.fullName}: ${firstLine(result.errors)}`);
      }
      if (tests.length === 0 && module.errors().length > 0) failures.push(`${file}: ${firstLine(module.errors())}`);
    }
    const { TALLY_FILE, TALLY_FAILURES } = process.env;
    if (TALLY_FILE) writeFileSync(TALLY_FILE, `${passed} ${failures.length}\n`);
    if (TALLY_FAILURES) appendFileSync(TALLY_FAILURES, failures.map(line => `${line}\n`).join(''));
  }
}

function firstLine(errors: readonly { readonly message: string }[]): string {
  return errors[0]?.message.split('\n')[0]?.slice(0, 300) ?? 'no reason';
}
