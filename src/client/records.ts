// What Temporal's own records tell of a run when no worker answers, and the visibility queries that find runs. Pure.
import type { WorkflowExecutionInfo } from '@temporalio/client';
import type { ErrorName } from '../spec/errors.ts';
import { isEnd, PHASES, type Phase } from '../spec/lifecycle.ts';
import { LIFECYCLE_WORKFLOW, namespaceOf } from '../spec/names.ts';
import type { Status, StatusRow } from '../spec/status.ts';
import type { ListFilter } from './api.ts';

const PAUSED: ErrorName = 'Paused';

/** The few fields of a run that visibility and describe both give. */
export interface RunRecord {
  workflowId: string;
  searchAttributes: WorkflowExecutionInfo['searchAttributes'];
  startTime: Date;
  closeTime?: Date | undefined;
  status?: { name: string };
}

export function staleStatus(name: string, run: RunRecord): Status {
  const row = rowOf(run);
  const status: Status = {
    name,
    phase: row.phase === 'unknown' ? 'requested' : row.phase,
    step: 'waiting',
    team: row.team,
    project: '',
    environment: row.environment,
    tier: '',
    template: '',
    cluster: '',
    requester: '',
    requestId: '',
    requestedAt: row.startedAt,
    waitsFor: {
      what: 'a worker: none has answered, so this comes from Temporal alone and may be old',
      since: new Date().toISOString(),
      todo: 'start a worker, or look at its log; `naas doctor` tells whether one polls',
    },
    problems: [],
    inventory: [],
    leftAlone: [],
    leftBehind: [],
    stale: true,
  };
  return isEnd(status.phase) ? status : asFarAsItRuns(status, run);
}

/** A run that somebody terminated still answers queries as if it lived: nobody watches its namespace any more. */
export function asFarAsItRuns(status: Status, run: RunRecord): Status {
  if (run.status?.name === undefined || run.status.name === 'RUNNING') return status;
  const how = run.status.name.toLowerCase().replaceAll('_', ' ');
  return {
    ...status,
    stale: true,
    endedInTemporal: how,
    waitsFor: {
      what: `nothing: ${unwatched(how)}`,
      since: run.closeTime?.toISOString() ?? status.requestedAt,
      todo: afterItsRun(status),
    },
  };
}

/** What became of a run that was ended past naas, for messages. */
export function unwatched(how: string): string {
  return `its run was ${how} in Temporal, and nobody watches the namespace`;
}

/** Before anything was made there is nothing to recover. */
export function afterItsRun({ name, phase }: Pick<Status, 'name' | 'phase'>): string {
  if (phase === 'requested' || phase === 'awaiting-approval') return 'nothing had been made: request it again';
  return `\`naas recover ${name}\` (operators) gives it a run again; who does not want it: \`kubectl delete namespace ${name}\` (administrators)`;
}

export function rowOf(run: RunRecord): StatusRow {
  const attribute = (name: string): unknown => {
    const values = run.searchAttributes[name];
    return Array.isArray(values) ? values[0] : undefined;
  };
  const leaseEnd = attribute('NaasLeaseEnd');
  const errorType = attribute('NaasErrorType');
  return {
    name: namespaceOf(run.workflowId) ?? run.workflowId,
    phase: phaseOf(attribute('NaasPhase')),
    team: String(attribute('NaasTeam') ?? ''),
    environment: String(attribute('NaasEnvironment') ?? ''),
    needsPerson: attribute('NaasNeedsPerson') === true,
    ...(errorType === PAUSED ? { paused: true } : {}),
    ...(typeof errorType === 'string' ? { errorType } : {}),
    ...(leaseEnd instanceof Date ? { leaseEnd: leaseEnd.toISOString() } : {}),
    startedAt: run.startTime.toISOString(),
    ...(run.closeTime === undefined ? {} : { closedAt: run.closeTime.toISOString() }),
  };
}

function phaseOf(value: unknown): Phase | 'unknown' {
  return PHASES.find((phase) => phase === value) ?? 'unknown';
}

export function visibilityQuery({
  team,
  phase,
  environment,
  errorType,
  closed = false,
  awaits,
}: ListFilter & { awaits?: string[] }): string {
  const clauses = [`WorkflowType = ${quoted(LIFECYCLE_WORKFLOW)}`];
  if (!closed) clauses.push(`ExecutionStatus = 'Running'`);
  if (team !== undefined) clauses.push(`NaasTeam = ${quoted(team)}`);
  if (phase !== undefined) clauses.push(`NaasPhase = ${quoted(phase)}`);
  if (environment !== undefined) clauses.push(`NaasEnvironment = ${quoted(environment)}`);
  if (errorType !== undefined) clauses.push(`NaasErrorType = ${quoted(errorType)}`);
  if (awaits !== undefined) clauses.push(`NaasAwaits IN (${awaits.map(quoted).join(', ')})`);
  return clauses.join(' AND ');
}

/** Values come from people: a quote or backslash in one must not become part of the query. */
export function quoted(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
