// What `npm start` prints once the namespace is ready: what was made, how long it took, where to look, what to try. Pure.
import { kindWords, STAGES } from '../spec/inventory.ts';
import { workflowId } from '../spec/names.ts';
import type { Status } from '../spec/status.ts';
import type { Person } from './start-people.ts';

/** Times from Temporal's clock; waiting for people stands apart, because nobody can speed that up here. */
export interface Durations {
  checkedMs: number;
  peopleMs: number;
  madeMs: number;
}

export function durationsOf(status: Status, askedPeopleAt: string | undefined): Durations {
  const at = (iso: string | undefined, other: number): number => (iso === undefined ? other : Date.parse(iso));
  const requested = Date.parse(status.requestedAt);
  const started = at(status.provisioningStartedAt, requested);
  const asked = at(askedPeopleAt, started);
  return { checkedMs: asked - requested, peopleMs: started - asked, madeMs: at(status.readyAt, started) - started };
}

export function seconds(ms: number): string {
  return `${(Math.max(0, ms) / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}

export function createdTable(status: Status): string[] {
  const rows = STAGES.flatMap((stage) =>
    status.inventory
      .filter((entry) => entry.stage === stage)
      .map((entry) => [stage, kindWords(entry), entry.name] as const),
  );
  const wide = (column: 0 | 1): number => Math.max(0, ...rows.map((row) => row[column].length));
  const [first, second] = [wide(0), wide(1)];
  return rows.map(([stage, kind, name]) => `  ${stage.padEnd(first)}  ${kind.padEnd(second)}  ${name}`);
}

export function temporalLink(ui: string, temporalNamespace: string, name: string): string {
  return `${ui}/namespaces/${temporalNamespace}/workflows/${encodeURIComponent(workflowId(name))}`;
}

export interface Places {
  kubeconfig: string;
  temporalUi: string | null;
  temporalNamespace: string;
}

export function readyReport(status: Status, durations: Durations, places: Places): string[] {
  const { checkedMs, peopleMs, madeMs } = durations;
  const link =
    places.temporalUi === null
      ? []
      : [`Temporal UI   ${temporalLink(places.temporalUi, places.temporalNamespace, status.name)}`];
  return [
    '',
    `${status.name} is ready, with ${status.inventory.length} objects:`,
    ...createdTable(status),
    '',
    `It took ${seconds(checkedMs + madeMs)} (checked in ${seconds(checkedMs)}, made in ${seconds(madeMs)}); people were waited for ${seconds(peopleMs)}.`,
    '',
    ...link,
    `kubeconfig    ${places.kubeconfig}`,
  ];
}

export function tryNext(name: string, folder: string, requester: Person): string[] {
  return [
    '',
    'Try next, in another terminal and this folder:',
    ...nextCommands(name, folder, requester).map((command) => `  ${command}`),
    '',
    'Running. Ctrl-C stops everything and leaves nothing behind.',
  ];
}

/** The first one sets the environment that the others need. */
function nextCommands(name: string, folder: string, requester: Person): string[] {
  const as = [`--as ${requester.subject}`, ...requester.groups.map((group) => `--group ${group}`)].join(' ');
  return [
    `eval "$(NAAS_LOCAL_STATE='${folder}' npx naas local env)"`,
    `kubectl -n ${name} get resourcequota,limitrange,networkpolicy,rolebinding`,
    `npx naas status ${name}`,
    `npx naas history ${name}`,
    `npx naas delete ${name} ${as} --yes --wait`,
  ];
}
