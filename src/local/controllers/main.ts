// The stand-in controllers as a process: plays, by writing status only, the controllers that the embedded cluster lacks. Its
// argument is an ApiAccess as JSON; it ends with its signals.
import { interruption } from '../interruption.ts';
import { openAdmin } from './admin.ts';
import { type ApiAccess, openApi } from './api.ts';
import { WATCHED } from './objects.ts';
import { createReconciler, type Reconciler } from './reconcile.ts';
import { keepCopy } from './watch.ts';
import { createWorkTimes } from './work-times.ts';

async function main(access: ApiAccess): Promise<void> {
  const { signal } = interruption();
  const api = openApi(access);
  const times = createWorkTimes();
  let reconciler: Reconciler | undefined;
  const options = { signal, changed: () => reconciler?.poke(), say: console.log };
  const copies = WATCHED.map((kind) => keepCopy(api, kind, options));
  // With half of the cluster in sight a Gateway would seem to have no listeners.
  await Promise.all(copies.map(({ listed }) => listed));
  reconciler = createReconciler({ api, copies, times, say: console.log });
  reconciler.poke();
  const admin = await openAdmin(reconciler, times);
  signal.addEventListener('abort', () => {
    reconciler?.stop();
    admin.close();
    void api.close();
  });
  console.log(`stand-in controllers are watching, switches at ${admin.url}`);
}

main(JSON.parse(process.argv[2] ?? '{}')).catch((error: unknown) => {
  console.error(`stand-in: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
});
