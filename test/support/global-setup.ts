// Boots the embedded platforms of a run of system tests, without workers: one for each file that runs at a time, because a
// file compares the state of its whole cluster. Each file starts the workers that it needs. Interrupted or not, nothing of
// all this is left afterwards.
import type { TestProject } from 'vitest/node';
import { interruption } from '../../src/local/interruption.ts';
import { type Platform, startPlatform } from '../../src/local/platform.ts';
import type { PlatformData } from '../../src/local/platform-data.ts';
import { FILES_AT_ONCE } from './files-at-once.ts';

declare module 'vitest' {
  interface ProvidedContext {
    platforms: PlatformData[];
  }
}

export default async function globalSetup(project: TestProject): Promise<() => Promise<void>> {
  const { signal, exitCode } = interruption();
  const booted: Platform[] = [];
  // One after the other: the first makes what the others find.
  for (let count = 0; count < FILES_AT_ONCE; count += 1)
    booted.push(await startPlatform({ worker: false, say: console.log, signal }));
  project.provide(
    'platforms',
    booted.map(({ startWorker: _, stop: __, ...data }) => data),
  );
  const stop = () => Promise.all(booted.map((platform) => platform.stop()));
  const end = (): void => void stop().then(() => process.exit(exitCode()));
  signal.addEventListener('abort', end);
  return async () => {
    signal.removeEventListener('abort', end);
    await stop();
  };
}
