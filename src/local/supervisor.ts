// The supervisor behind `naas local up`: a detached process that owns the platform and ends with it. It prints progress
// to its log; whoever started it reads that.
import { rm } from 'node:fs/promises';
import { interruption } from './interruption.ts';
import { dataOf, type PlatformOptions, startPlatform } from './platform.ts';
import { claimState, FAILED, localFiles, publishState } from './state.ts';

async function supervise(
  options: Pick<PlatformOptions, 'kubeconfig' | 'temporalAddress' | 'catalogDir' | 'standIns' | 'dns'>,
): Promise<void> {
  const files = localFiles();
  const { signal } = interruption();
  endWith(process.env['NAAS_LOCAL_OWNER']);
  const stateDir = `${files.platform}-${process.pid}-${Date.now().toString(36)}`;
  await claimState(files, stateDir);
  try {
    const platform = await startPlatform({ ...options, stateDir, say: console.log, signal });
    try {
      await publishState(files, dataOf(platform));
      // A promise alone keeps no process alive; the timer does until somebody ends it.
      const alive = setInterval(() => {}, 2 ** 30);
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
      clearInterval(alive);
    } finally {
      await platform.stop();
    }
  } finally {
    await rm(files.state, { force: true });
  }
}

/** For a test or a build job: the platform must not outlive the process with this pid. */
function endWith(owner: string | undefined): void {
  if (!owner) return;
  const watch = setInterval(() => {
    try {
      process.kill(Number(owner), 0);
    } catch {
      clearInterval(watch);
      process.kill(process.pid, 'SIGTERM');
    }
  }, 500);
  watch.unref();
}

supervise(JSON.parse(process.argv[2] ?? '{}')).catch((error: unknown) => {
  console.log(`${FAILED}${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
