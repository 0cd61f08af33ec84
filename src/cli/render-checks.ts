// `naas doctor`: one line a check, and below each fault how to mend it. Pure.
import { assertNever } from './assert-never.ts';
import type { Paint } from './paint.ts';
import { columns } from './table.ts';

export interface Check {
  name: string;
  state: 'ok' | 'warning' | 'missing';
  found: string;
  mend?: string;
}

export function renderChecks(checks: readonly Check[], paint: Paint): string[] {
  const rows = columns(checks.map((check) => [signOf(check.state, paint), check.name, check.found]));
  const lines = rows.flatMap((row, index) => {
    const mend = checks[index]?.mend;
    return mend === undefined ? [row] : [row, `     ${paint('cyan', '→')} ${mend}`];
  });
  return [...lines, '', verdict(checks, paint)];
}

function verdict(checks: readonly Check[], paint: Paint): string {
  const missing = checks.filter((check) => check.state === 'missing').length;
  const warnings = checks.filter((check) => check.state === 'warning').length;
  if (missing + warnings === 0) return paint('green', 'Everything was found.');
  return `${checks.length - missing - warnings} of ${checks.length} in order, ${warnings} to look at, ${missing} missing.`;
}

function signOf(state: Check['state'], paint: Paint): string {
  switch (state) {
    case 'ok':
      return paint('green', '✔');
    case 'warning':
      return paint('yellow', '!');
    case 'missing':
      return paint('red', '✘');
    default:
      return assertNever(state);
  }
}
