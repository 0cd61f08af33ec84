// The shipped catalog with short times, so that a proof that waits for a timeout does not wait for minutes. Everything else
// of it stays as it is shipped.
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Document, isMap, isSeq, parseDocument } from 'yaml';
import type { Timing } from '../../src/spec/admission.ts';
import type { ApprovalTimes } from '../../src/spec/approval.ts';
import type { Approvals } from '../../src/spec/catalog.ts';

const HURRIED = {
  // A claim that a killed worker left behind is repeated after 10 s and has to have time then.
  stageTimeoutSeconds: 30,
  heartbeatSeconds: 2,
  blockedRetrySeconds: 1,
  blockedRetryMaxSeconds: 3,
  // Names are used again by whoever comes: what rests is a proof of its own.
  quarantineMinutes: 0,
};

/** Answers the copy's folder. */
export async function hurriedCatalog(
  from: string,
  to: string,
  timing: Partial<Timing> = {},
  approvalMinutes: Partial<ApprovalTimes> = {},
  trust: Approvals['trust'] = 'signed',
): Promise<string> {
  await cp(from, to, { recursive: true });
  let found = 0;
  for (const entry of await readdir(to, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.yaml')) continue;
    const file = join(entry.parentPath, entry.name);
    const document = parseDocument(await readFile(file, 'utf8'));
    await alterApprovals(file, document, approvalMinutes, trust);
    if (!isMap(document.get('timing'))) continue;
    for (const [key, value] of Object.entries({ ...HURRIED, ...timing })) document.setIn(['timing', key], value);
    await writeFile(file, document.toString());
    found += 1;
  }
  if (found !== 1) throw new Error(`expected "timing" in one file of the catalog ${from}, found it in ${found}`);
  return to;
}

async function alterApprovals(
  file: string,
  document: Document,
  minutes: Partial<ApprovalTimes>,
  trust: Approvals['trust'],
): Promise<void> {
  const rules = document.get('rules');
  if (!isSeq(rules)) return;
  document.set('trust', trust);
  rules.items.forEach((_, index) => {
    for (const [key, value] of Object.entries(minutes)) document.setIn(['rules', index, key], value);
  });
  await writeFile(file, document.toString());
}
