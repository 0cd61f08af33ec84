// A service that needs a namespace: requests it, tells what it waits for, prints it once it is ready. It uses `naas/client`
// alone; where Temporal is, the client reads from TEMPORAL_ADDRESS.
//   NAAS_ISSUER_KEY=key.json NAAS_AS=ada@example.com NAAS_GROUPS=shop-developers node service.mjs shop reports dev
import { createNaasClient } from 'naas/client';
import { signAs } from './sign.mjs';

const {
  NAAS_ISSUER_KEY: keyFile,
  NAAS_AS: subject,
  NAAS_GROUPS: groups = '',
  NAAS_TASK_QUEUE: taskQueue,
} = process.env;
const [team, project, tier] = process.argv.slice(2);
if (!keyFile || !subject || !tier) {
  console.error('usage: NAAS_ISSUER_KEY=… NAAS_AS=… NAAS_GROUPS=… node service.mjs TEAM PROJECT TIER');
  process.exit(2);
}

const naas = createNaasClient({
  prove: signAs({ keyFile, subject, groups: groups.split(',').filter(Boolean) }),
  ...(taskQueue ? { taskQueue } : {}),
});

const request = {
  apiVersion: 'naas.dev/v1',
  kind: 'NamespaceRequest',
  team,
  project,
  environment: tier,
  tier,
  purpose: `Where ${project} runs`,
};

/** What is over, or does not go on without a person. */
const OVER = new Set(['refused', 'rejected', 'lapsed', 'cancelled', 'failed', 'blocked', 'deleted', 'abandoned']);

try {
  // The same id for the same wish: started again, the service finds what it asked for instead of asking twice.
  const { name } = await naas.submit(request, { requestId: `${team}-${project}-${tier}-1` });
  for await (const status of naas.watch(name)) {
    const { phase, step, inventory, waitsFor } = status;
    const confirmed = inventory.filter((entry) => entry.state === 'confirmed').length;
    if (phase === 'ready') {
      console.log(
        JSON.stringify({ namespace: name, cluster: status.cluster, objects: confirmed, lease: status.lease }),
      );
      break;
    }
    console.error(`${phase} (${step}): ${waitsFor?.what ?? `${confirmed} objects made`}`);
    if (OVER.has(phase)) throw new Error(status.problems.map(({ message }) => message).join('; ') || phase);
  }
} catch (error) {
  // Every error of the client has a code of naas's table and says what to do.
  console.error(`${error.code ?? 'Error'}: ${error.message}`);
  process.exitCode = 1;
} finally {
  await naas.close();
}
