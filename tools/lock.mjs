// One set-up at a time per place: a second one waits for the first instead of doing the same work over it.
// Plain JavaScript without dependencies.
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A build on a slow machine takes half of it; a lock that is older was left behind by a machine that lost power. */
const STALE_AFTER_MS = 40 * 60_000;

export async function withLock(file, work) {
  await mkdir(dirname(file), { recursive: true });
  let said = false;
  for (;;) {
    try {
      await writeFile(file, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (await isStale(file)) await rm(file, { force: true });
      else {
        if (!said) console.log(`  … waiting for another set-up that holds ${file}`);
        said = true;
        await sleep(500);
      }
    }
  }
  const release = () => rm(file, { force: true });
  try {
    return await work();
  } finally {
    await release();
  }
}

async function isStale(file) {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(file, 'utf8'), stat(file)]);
    const pid = Number(text);
    // Just created, not yet written.
    if (text === '') return Date.now() - mtimeMs > 5_000;
    if (Date.now() - mtimeMs > STALE_AFTER_MS) return true;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}
