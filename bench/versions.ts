// Which programs were measured, and on what machine. Asks each program itself.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../tools/paths.mjs';
import type { Stand } from './stand.ts';

const run = promisify(execFile);

export async function versionsOf({ platform, temporal }: Stand, crds: number): Promise<Record<string, string>> {
  const packageOf = async (...path: string[]): Promise<string> =>
    (JSON.parse(await readFile(join(ROOT, ...path, 'package.json'), 'utf8')) as { version: string }).version;
  const kubectl = JSON.parse((await run(platform.kubectl, ['version', '--client', '-o', 'json'])).stdout) as {
    clientVersion: { gitVersion: string };
  };
  const { serverVersion } = await temporal.workflowService.getSystemInfo({});
  return {
    naas: await packageOf(),
    node: process.versions.node,
    'Temporal server': serverVersion ?? 'unknown',
    'Temporal SDK': await packageOf('node_modules', '@temporalio', 'worker'),
    'Kubernetes and kubectl': kubectl.clientVersion.gitVersion.replace(/^v/, ''),
    undici: await packageOf('node_modules', 'undici'),
    'upstream definitions': String(crds),
  };
}

export function machineName(): string {
  const memoryGiB = Math.round(totalmem() / 2 ** 30);
  return `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${memoryGiB} GiB, ${process.platform} ${process.arch}`;
}
