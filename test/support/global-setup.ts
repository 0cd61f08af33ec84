// Boots the embedded platforms of a run, without workers: one for each file that runs at a time, because a file compares the
// state of its whole cluster. Each file starts the workers that it needs. Interrupted or not, nothing of
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

type Shared = { booting: Promise<Platform[]>; users: number; stop(): Promise<unknown> };

/** Of the process: each project has this module for itself, and both their files run on the same platforms, one after the other. */
const PROCESS = globalThis as { naasTestPlatforms?: Shared };

export default async function globalSetup(project: TestProject): Promise<() => Promise<void>> {
  PROCESS.naasTestPlatforms ??= bootAll();
  const shared = PROCESS.naasTestPlatforms;
  shared.users += 1;
  project.provide(
    'platforms',
    (await shared.booting).map(({ startWorker: _, stop: __, ...data }) => data),
  );
  return async () => {
    shared.users -= 1;
    if (shared.users === 0) await shared.stop();
  };
}

function bootAll(): Shared {
  const { signal, exitCode } = interruption();
  const booted: Platform[] = [];
  const boot = async (): Promise<void> => {
    booted.push(await startPlatform({ worker: false, say: console.log, signal }));
  };
  const stop = () => Promise.all(booted.map((platform) => platform.stop()));
  const end = (): void => void stop().then(() => process.exit(exitCode()));
  signal.addEventListener('abort', end);
  // The first makes what the others find.
  const bootEach = async (): Promise<Platform[]> => {
    await boot();
    await Promise.all(Array.from({ length: FILES_AT_ONCE - 1 }, boot));
    return booted;
  };
  return {
    booting: bootEach(),
    users: 0,
    stop() {
      signal.removeEventListener('abort', end);
      return stop();
    },
  };
}
