// Tells of each failure the moment it happens, one JSON line each: a run that has to be cut has told by then. It judges nothing.
import { appendFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Reporter, TestCase, TestModule, TestSuite } from 'vitest/node';
import { ROOT } from '../../tools/paths.mjs';

/** Set for each run: where the lines go. */
export const LINES = 'NAAS_MUTATE_LINES';

export type Line =
  | { failed: string; file: string }
  | { unloadable: string; why: string }
  | { over: true; passed: number; failed: number; unhandled: number };

export class FailureLines implements Reporter {
  onTestCaseResult(test: TestCase): void {
    if (test.result().state === 'failed') tell({ failed: test.fullName, file: fileOf(test.module) });
  }

  onTestSuiteResult(suite: TestSuite): void {
    if (suite.errors().length > 0) tell({ failed: `${suite.fullName} (its hooks)`, file: fileOf(suite.module) });
  }

  onTestModuleEnd(module: TestModule): void {
    const [error] = module.errors();
    if (error === undefined) return;
    // Its hooks may miss a guard as well as its tests do; one without tests could not be loaded at all.
    if (module.children.size > 0) tell({ failed: 'the hooks of the file', file: fileOf(module) });
    else tell({ unloadable: fileOf(module), why: error.message.slice(0, 500) });
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string): number => tests.filter((test) => test.result().state === state).length;
    tell({ over: true, passed: count('passed'), failed: count('failed'), unhandled: unhandled.length });
  }
}

function fileOf(module: TestModule): string {
  return relative(ROOT, module.moduleId);
}

function tell(line: Line): void {
  const file = process.env[LINES];
  if (file) appendFileSync(file, `${JSON.stringify(line)}\n`);
}
