// Credentials of a process on the embedded platform: a kubeconfig of a ServiceAccount, naas's own unless named, whose
// short-lived token is renewed in time. It grants nothing; the rights come from the account's ClusterRole.
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { workerKubeconfig } from '../ops/install.ts';

/** An API server may shorten the token's life to an hour; a failed renewal still has a second try within it. */
const RENEW_EVERY_MS = 20 * 60_000;

export async function keepWorkerKubeconfig(options: {
  kubeconfig: string;
  file: string;
  account?: { namespace: string; name: string };
}): Promise<{ stop(): void }> {
  await mkdir(dirname(options.file), { recursive: true, mode: 0o700 });
  await workerKubeconfig(options);
  const timer = setInterval(() => {
    workerKubeconfig(options).catch((error: unknown) => {
      process.stderr.write(
        `The token in ${options.file}.token was not renewed, next try in 20 min: ${String(error)}\n`,
      );
    });
  }, RENEW_EVERY_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
