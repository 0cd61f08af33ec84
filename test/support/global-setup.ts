// Boots one embedded platform for the whole run of system tests, without a worker: each test file starts the workers that
// it needs. Interrupted or not, nothing of it is left afterwards.
import type { TestProject } from 'vitest/node';
import { interruption } from '../../src/local/interruption.ts';
import { startPlatform } from '../../src/local/platform.ts';
import type { PlatformData } from '../../src/local/platform-data.ts';

declare module 'vitest' {
  interface ProvidedContext {
    platform: PlatformData;
  }
}

export default async function globalSetup(project: TestProject): Promise<() => Promise<void>> {
  const { signal, exitCode } = interruption();
  const platform = await startPlatform({ worker: false, say: console.log, signal });
  const { startWorker: _, stop, ...data } = platform;
  project.provide('platform', data);
  const end = (): void => void stop().then(() => process.exit(exitCode()));
  signal.addEventListener('abort', end);
  return async () => {
    signal.removeEventListener('abort', end);
    await stop();
  };
}
