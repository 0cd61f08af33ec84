// Puts CustomResourceDefinitions of other projects, as they ship them, into the embedded cluster, before anything that
// depends on them. They come from set-up's cache; it fetches nothing.
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { findGatewayCrds } from '../../tools/paths.mjs';

/** Which API groups a set is. */
const CRD_SETS = {
  'gateway-api': ['gateway.networking.k8s.io'],
  'cert-manager': ['cert-manager.io', 'acme.cert-manager.io'],
  'istio-networking': ['networking.istio.io'],
} as const satisfies Record<string, readonly string[]>;

export type CrdSet = keyof typeof CRD_SETS;

export interface CrdOptions {
  sets: readonly CrdSet[];
  server: string;
  caFile: string;
  /** The administrator's. */
  token: string;
  signal?: AbortSignal | undefined;
}

/** Two seconds on two cores; 60 s is for a machine that builds something beside it. */
const SERVED_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 50;
const PATH = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** All of them at once, as the text that they are: to read a megabyte of YAML here, or one by one with kubectl, takes seconds. */
export async function installUpstreamCrds(options: CrdOptions): Promise<void> {
  const chosen = await definitions(options.sets);
  const dispatcher = new Agent({ connect: { ca: readFileSync(options.caFile) }, allowH2: false });
  const giveUp = AbortSignal.timeout(SERVED_WITHIN_MS);
  const signal = options.signal === undefined ? giveUp : AbortSignal.any([giveUp, options.signal]);
  const call = { dispatcher, signal, headers: { authorization: `Bearer ${options.token}` } };
  try {
    await Promise.all(
      [...chosen].map(async ([name, text]) => {
        const answer = await request(`${options.server}${PATH}/${name}?fieldManager=naas-local&force=true`, {
          ...call,
          method: 'PATCH',
          headers: { ...call.headers, 'content-type': 'application/apply-patch+yaml' },
          body: text,
        });
        const said = await answer.body.text();
        if (answer.statusCode >= 300) throw new Error(`definition ${name}: ${answer.statusCode} ${said.slice(0, 300)}`);
      }),
    );
    for (;;) {
      const answer = await request(`${options.server}${PATH}`, call);
      if (answer.statusCode !== 200) throw new Error(`definitions: ${answer.statusCode} ${await answer.body.text()}`);
      const { items } = (await answer.body.json()) as { items: Definition[] };
      const served = new Set(items.filter(isServed).map(({ metadata }) => metadata.name));
      if ([...chosen.keys()].every((name) => served.has(name))) return;
      await sleep(LOOK_EVERY_MS, undefined, { signal });
    }
  } finally {
    await dispatcher.destroy();
  }
}

interface Definition {
  metadata: { name: string };
  status?: { conditions?: { type: string; status: string }[] };
}

function isServed({ status }: Definition): boolean {
  return status?.conditions?.some((each) => each.type === 'Established' && each.status === 'True') === true;
}

/** By name. */
async function definitions(sets: readonly CrdSet[]): Promise<Map<string, string>> {
  const source = findGatewayCrds();
  if (source === null) {
    throw new Error(
      'No definitions of Gateway API, cert-manager and Istio in the cache. Run `npm start` or `npm test` once: their set-up fetches them; or name a YAML file of definitions in NAAS_UPSTREAM_CRDS.',
    );
  }
  const documents = (await readFile(source, 'utf8')).split(/^---.*$/m);
  const chosen = sets.flatMap((set) => {
    const groups: readonly string[] = CRD_SETS[set];
    const found = documents.filter((text) => groups.includes(/^ {2}group: "?([^\s"]+)/m.exec(text)?.[1] ?? ''));
    if (found.length === 0) throw new Error(`${source} holds no definition of ${set} (${groups.join(', ')})`);
    return found;
  });
  // The first of this depth: metadata stands before spec in all of them.
  return new Map(chosen.map((text) => [/^ {2}name: "?([^\s"]+)/m.exec(text)?.[1] ?? '', text]));
}
