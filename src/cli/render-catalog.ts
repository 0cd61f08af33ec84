// What a catalog would make of living namespaces: one head line a namespace, its difference below, the sum at the end. Pure.
import { assertNever } from './assert-never.ts';
import type { Looked } from './living.ts';
import type { Paint } from './paint.ts';
import { counted, renderDifference } from './render-changes.ts';
import { renderProblem } from './render-error.ts';

export interface CatalogSum {
  living: number;
  same: number;
  differing: number;
  refused: number;
  unread: number;
}

export function sumOf(looked: readonly Looked[]): CatalogSum {
  const count = (wanted: Looked['verdict']): number => looked.filter(({ verdict }) => verdict === wanted).length;
  return {
    living: looked.length,
    same: count('same'),
    differing: count('differs'),
    refused: count('refused'),
    unread: count('unread'),
  };
}

/** Those that stay as they are would only hide the others. */
export function renderCatalog(looked: readonly Looked[], blocked: number, paint: Paint): string[] {
  const lines = looked.filter(({ verdict }) => verdict !== 'same').flatMap((each) => renderLooked(each, paint));
  return [...lines, ...(lines.length === 0 ? [] : ['']), sumLine(sumOf(looked), blocked)];
}

function sumLine({ living, same, differing, refused, unread }: CatalogSum, blocked: number): string {
  const parts = [
    `${differing} would be touched`,
    `${same} already as the catalog has it`,
    ...(refused === 0 ? [] : [`${refused} would be refused`]),
    ...(unread === 0 ? [] : [`${unread} could not be read`]),
  ];
  const besides = blocked === 0 ? '' : ` ${counted(blocked, 'blocked one')} not looked at.`;
  return `Of ${counted(living, 'living namespace')}: ${parts.join(', ')}.${besides}`;
}

function renderLooked(looked: Looked, paint: Paint): string[] {
  const { name, team } = looked;
  const head = (sign: string, what: string): string => `${sign} ${paint('bold', name)} (team ${team}) ${what}`;
  switch (looked.verdict) {
    case 'same':
      return [`${head(paint('dim', '='), 'is as the catalog has it')}`];
    case 'differs': {
      const digests = paint('dim', `plan ${looked.appliedDigest.slice(0, 12)} → ${looked.planDigest.slice(0, 12)}`);
      const difference =
        looked.changes === null
          ? ['an operation is under way; what would differ can be shown once it is over']
          : renderDifference(looked.changes, [], paint);
      return [head(paint('yellow', '~'), digests), ...indented(difference)];
    }
    case 'refused':
    case 'unread': {
      const what = looked.verdict === 'refused' ? 'would be refused' : 'could not be read';
      const problems = looked.problems.flatMap((problem) => renderProblem(problem, paint));
      return [head(paint('red', '!'), what), ...indented(problems)];
    }
    default:
      return assertNever(looked);
  }
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `    ${line}`);
}
