// The messages about domains: thin, as the rest of the client. A name is brought to its one spelling here already, because the run
// that holds it is found by it; the worker does the same again.
import { randomUUID } from 'node:crypto';
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { type DomainStatus, stateToken, teamToken } from '../spec/domain-status.ts';
import { NaasError } from '../spec/errors.ts';
import { DOMAIN_WORKFLOW, domainOfId, domainWorkflowId, updateId } from '../spec/names.ts';
import type { Money } from '../spec/spec.ts';
import type { DomainAnswer } from '../workflows/domain-contract.ts';
import type { DomainClient, DomainFilter, DomainLook, DomainRow, Prove } from './api.ts';
import { bodySha256, proveSender } from './proven.ts';
import { quoted } from './records.ts';
import { isMissingRun, listed, repeatedly, type Temporal } from './temporal.ts';

/** Those that may come first, and those to a domain that somebody holds or asks for. */
type Opening = 'addDomain' | 'buyDomain';
type Following = 'boughtDomain' | 'removeDomain' | 'transferDomain' | 'decideDomain';

/** Of activities that look again and again. */
const LOOKING = ['awaitProof', 'awaitDelegation', 'awaitNoDelegation', 'awaitNamesGone', 'removeZone'];

interface Place {
  /** Canonical. */
  name: string;
  domain: string;
}

export function domainClient(
  temporal: () => Promise<Temporal>,
  { prove, taskQueue, deadlineMs }: { prove: Prove; taskQueue: string; deadlineMs: number },
): DomainClient {
  /** Signed for the run of the domain; the answer of a repeated request id is the same. */
  async function signed(
    message: Opening | Following,
    { name, domain }: Place,
    content: {
      team?: string | undefined;
      reason?: string | undefined;
      decision?: string;
      delegate?: boolean | undefined;
      price?: Money;
      requestId?: string | undefined;
    },
  ) {
    const body = JSON.parse(JSON.stringify({ ...content, name, requestId: content.requestId ?? randomUUID() }));
    const by = await proveSender(prove, message, domainWorkflowId(domain), body);
    const args: [object] = [{ ...body, by }];
    return { args, updateId: updateId(body.requestId, await bodySha256(body)) };
  }

  /** Starts the run of the domain where there is none. */
  async function open(message: Opening, written: string, content: object): Promise<DomainAnswer> {
    const place = await placeOf(written);
    const options = await signed(message, place, content);
    const t = await temporal();
    return repeatedly(t, { what: `${message} of ${place.name}`, deadlineMs }, () => {
      const start = new t.sdk.WithStartWorkflowOperation(DOMAIN_WORKFLOW, {
        workflowId: domainWorkflowId(place.domain),
        taskQueue,
        workflowIdConflictPolicy: 'USE_EXISTING',
        staticSummary: `Domain ${place.domain}: who holds what of it`,
        args: [],
      });
      // Its own promise rejects as well when the call fails; the call's error is the one that counts.
      start.workflowHandle().catch(() => undefined);
      return t.client.workflow.executeUpdateWithStart<() => Promise<unknown>, DomainAnswer, [object]>(message, {
        ...options,
        startWorkflowOperation: start,
      });
    });
  }

  async function update(message: Following, written: string, content: object) {
    const place = await placeOf(written);
    const options = await signed(message, place, content);
    const t = await temporal();
    const handle = t.client.workflow.getHandle(domainWorkflowId(place.domain));
    return repeatedly(t, { what: `${message} of ${place.name}`, deadlineMs }, () =>
      handle.executeUpdate<DomainAnswer, [object]>(message, options),
    ).catch((error: NaasError) => unregistered(place.name, error));
  }

  return {
    add: (name, team, options = {}) => open('addDomain', name, { ...options, team }),
    buy: (name, team, options = {}) => open('buyDomain', name, { ...options, team }),
    bought: (name, team, price, options = {}) => update('boughtDomain', name, { ...options, team, price }),
    remove: (name, options = {}) => update('removeDomain', name, options),
    transfer: (name, team, options = {}) => update('transferDomain', name, { ...options, team }),
    decide: (name, team, decision, options = {}) => update('decideDomain', name, { ...options, team, decision }),

    async status(written) {
      const { name, domain } = await placeOf(written);
      const t = await temporal();
      const handle = t.client.workflow.getHandle(domainWorkflowId(domain));
      const call = { what: `status of ${name}`, deadlineMs };
      const [status, run] = await Promise.all([
        repeatedly(t, call, () => handle.query<DomainStatus>('domain')),
        repeatedly(t, call, () => handle.describe()),
      ]).catch((error: NaasError) => unregistered(name, error));
      return { ...status, asked: name, looks: looksOf(run) };
    },

    async *list({ team, state }: DomainFilter = {}): AsyncGenerator<DomainRow> {
      const t = await temporal();
      const clauses = [`WorkflowType = ${quoted(DOMAIN_WORKFLOW)}`, `ExecutionStatus = 'Running'`];
      if (team !== undefined) clauses.push(`NaasDomain = ${quoted(teamToken(team))}`);
      if (state !== undefined) clauses.push(`NaasDomain = ${quoted(stateToken(state))}`);
      for await (const run of listed(t, { what: 'the list of domains', deadlineMs }, clauses.join(' AND '))) {
        const domain = domainOfId(run.workflowId);
        if (domain === undefined) continue;
        const { holdings } = await repeatedly(t, { what: `status of ${domain}`, deadlineMs }, () =>
          t.client.workflow.getHandle(run.workflowId).query<DomainStatus>('domain'),
        );
        for (const { name, team: whose, state: stands, since, until } of holdings)
          if ((team ?? whose) === whose && (state ?? stands) === stands)
            yield { domain, name, team: whose, state: stands, since, ...(until === undefined ? {} : { until }) };
      }
    },
  };
}

async function placeOf(written: string): Promise<Place> {
  const { canonicalHostname, registrableDomain } = await import('../spec/hostnames.ts');
  const result = canonicalHostname(written);
  const domain = 'name' in result ? registrableDomain(result.name) : undefined;
  if ('name' in result && domain !== undefined) return { name: result.name, domain };
  const why = 'why' in result ? result.why : 'it is a public suffix: names below it belong to different owners';
  const message = `name: "${written}" cannot be a domain: ${why}`;
  throw new NaasError({ code: 'InvalidRequest', message, field: 'name', value: written });
}

function unregistered(name: string, error: NaasError): never {
  // A run that is over takes no messages either: what it held is anybody's to register.
  if (!isMissingRun(error)) throw error;
  const hint = `\`naas domain add ${name} --team TEAM\` registers it; \`naas domain list\` shows what there is.`;
  throw new NaasError({ code: 'NotFound', message: `no team has registered ${name}`, hint }, { cause: error });
}

/** Between two looks Temporal waits by itself, so only its own records know how the last one went. */
function looksOf({ raw }: WorkflowExecutionDescription): DomainLook[] {
  return (raw.pendingActivities ?? []).flatMap(({ activityType, attempt, lastFailure, scheduledTime }) => {
    if (!LOOKING.includes(activityType?.name ?? '')) return [];
    const saw = lastFailure?.message ?? undefined;
    const nextMs = scheduledTime?.seconds === undefined ? undefined : Number(scheduledTime.seconds) * 1000;
    return [
      {
        times: Math.max(0, (attempt ?? 1) - 1),
        ...(saw === undefined ? {} : { saw }),
        ...(nextMs === undefined ? {} : { nextAt: new Date(nextMs).toISOString() }),
      },
    ];
  });
}
