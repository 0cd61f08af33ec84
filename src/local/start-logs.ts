// Keeps the logs of a start that failed: the folder of the platform goes, its logs stay where the message says.
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';

/** undefined: there were none yet. */
export async function keepLogs(stateDir: string): Promise<string | undefined> {
  const files = await readdir(stateDir, { recursive: true, withFileTypes: true }).catch(() => []);
  // The audit log records every call of every process: megabytes that tell nothing about a start.
  const logs = files.filter((file) => file.isFile() && file.name.endsWith('.log') && file.name !== 'audit.log');
  if (logs.length === 0) return undefined;
  const kept = await mkdtemp(join(tmpdir(), 'naas-logs-'));
  try {
    for (const log of logs) {
      const from = join(log.parentPath, log.name);
      await cp(from, join(kept, relative(stateDir, dirname(from)), log.name));
    }
    return kept;
  } catch (error) {
    await rm(kept, { recursive: true, force: true });
    throw error;
  }
}
