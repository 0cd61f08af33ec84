// What `naas doctor` finds of Temporal: the server, its namespace, the search attributes, who polls, whether the sweeps run. Reads only.
import { inspectTemporal, type ScheduleFindings, type TemporalInspection } from '../providers/temporal/inspect.ts';
import { SEARCH_ATTRIBUTES } from '../spec/names.ts';
import { type Sweep, sweepsOf } from '../spec/sweeps.ts';
import { type Check, LOOK_MS, look, said } from './doctor-check.ts';

/** A poller asks at least once a minute; the server forgets it after five. */
const POLLED_WITHIN_MS = 2 * 60_000;
/** Beyond this, deadlines and lapse times as people see them are visibly wrong. */
const CLOCK_TOLERANCE_MS = 2_000;

export interface TemporalOptions {
  temporalAddress?: string;
  temporalNamespace?: string;
  taskQueue: string;
}

export async function temporalChecks(options: TemporalOptions): Promise<Check[]> {
  let temporal: TemporalInspection;
  try {
    temporal = await inspectTemporal({
      address: options.temporalAddress,
      namespace: options.temporalNamespace,
      timeoutMs: LOOK_MS,
    });
  } catch (error) {
    const mend = 'Start it (`npm start`, `naas local up`), or set TEMPORAL_ADDRESS to the one in use.';
    return [{ name: 'Temporal', state: 'missing', found: said(error), mend }];
  }
  try {
    const checks = await Promise.all([
      look('Temporal', 'Check the server.', async () => ({
        state: 'ok',
        found: `${await temporal.serverVersion()} at ${temporal.address}`,
      })),
      namespaceCheck(temporal),
      searchAttributesCheck(temporal),
      pollerChecks(temporal, options.taskQueue),
      ...sweepsOf(options.taskQueue).map((sweep) => sweepCheck(temporal, sweep, options.taskQueue)),
    ]);
    return checks.flat();
  } finally {
    await temporal.close();
  }
}

function namespaceCheck(temporal: TemporalInspection): Promise<Check> {
  const mend = `temporal operator namespace create --namespace ${temporal.namespace} --address ${temporal.address}`;
  return look('Temporal namespace', mend, async () => {
    const state = await temporal.namespaceState();
    if (state === undefined) return { state: 'missing', found: `${temporal.namespace} is not registered`, mend };
    return { state: 'ok', found: `${temporal.namespace}, keeps closed runs ${state.retentionDays} days` };
  });
}

function searchAttributesCheck(temporal: TemporalInspection): Promise<Check> {
  return look('search attributes', 'Register the namespace first.', async () => {
    const found = await temporal.searchAttributes();
    const wanted = Object.entries(SEARCH_ATTRIBUTES);
    const absent = wanted.filter(([name]) => found[name] === undefined);
    const wrong = wanted.filter(([name, type]) => found[name] !== undefined && found[name] !== type);
    if (wrong.length > 0) {
      const which = wrong.map(([name, type]) => `${name} is ${found[name]}, not ${type}`).join(', ');
      return {
        state: 'missing',
        found: which,
        mend: 'Remove them (`temporal operator search-attribute remove --name NAME`) and register them anew.',
      };
    }
    if (absent.length > 0) {
      const flags = absent.map(([name, type]) => `--name ${name} --type ${type}`).join(' ');
      return {
        state: 'missing',
        found: `not registered: ${absent.map(([name]) => name).join(', ')}`,
        mend: `temporal operator search-attribute create --namespace ${temporal.namespace} --address ${temporal.address} ${flags}`,
      };
    }
    return { state: 'ok', found: `all ${wanted.length} registered` };
  });
}

async function pollerChecks(temporal: TemporalInspection, taskQueue: string): Promise<Check[]> {
  const checks = (['workflow', 'activity'] as const).map((kind) =>
    look(`${kind} pollers`, 'Register the namespace first.', async () => {
      const nowMs = Date.now();
      const pollers = await temporal.pollers(taskQueue, kind);
      const recent = pollers.filter((poller) => nowMs - poller.lastSeenMs < POLLED_WITHIN_MS);
      if (recent.length === 0) {
        const mend = 'Start a worker: `npm start`, `naas local up`, or `node src/worker.ts` with its environment.';
        return { state: 'missing', found: `nobody polls task queue ${taskQueue}`, mend };
      }
      // Temporal tells its time nowhere else: a poll from the future shows that its clock is ahead of ours.
      const aheadMs = Math.max(...recent.map((poller) => poller.lastSeenMs)) - nowMs;
      if (aheadMs > CLOCK_TOLERANCE_MS) {
        const mend = 'Set both clocks by NTP.';
        return {
          state: 'warning',
          found: `the server's clock is at least ${Math.round(aheadMs / 1000)} s ahead of this machine's`,
          mend,
        };
      }
      return { state: 'ok', found: `${recent.map((poller) => poller.identity).join(', ')} on ${taskQueue}` };
    }),
  );
  return Promise.all(checks);
}

function sweepCheck(temporal: TemporalInspection, sweep: Sweep, taskQueue: string): Promise<Check> {
  const worker = `Start or restart a worker on task queue ${taskQueue}: it puts the Schedule right, and its log says why when it cannot.`;
  return look(sweep.name, worker, async () => {
    const schedule = await temporal.schedule(sweep, taskQueue);
    if (schedule === undefined) return { state: 'missing', found: `there is no Schedule ${sweep.id}`, mend: worker };
    if (schedule.paused) {
      const mend = `temporal schedule toggle --unpause --reason "looked at" --schedule-id ${sweep.id} --namespace ${temporal.namespace} --address ${temporal.address}`;
      return { state: 'warning', found: `paused${schedule.note === '' ? '' : `: ${schedule.note}`}`, mend };
    }
    if (schedule.differs.length > 0) {
      return { state: 'warning', found: `${sweep.id} differs in ${schedule.differs.join(', ')}`, mend: worker };
    }
    return lastRunFindings(schedule, sweep);
  });
}

const BAD_ENDS = ['failed', 'timed out', 'terminated', 'cancelled'];

function lastRunFindings({ last, next, createdAt }: ScheduleFindings, sweep: Sweep): Omit<Check, 'name'> {
  const mend = `Look at the run ${last?.workflowId ?? sweep.id} in the Temporal UI, and at the worker's log.`;
  // One may be missed while all workers are away; two in a row are a fault.
  const lateMs = (2 * sweep.everyMinutes + sweep.jitterMinutes) * 60_000;
  const lastMs = (last?.at ?? createdAt).getTime();
  const when = last === undefined ? 'not run yet' : `last run ${last.at.toISOString()} ${last.outcome}`;
  const found = `every ${sweep.everyMinutes} min, ${when}${next === undefined ? '' : `, next ${next.toISOString()}`}`;
  if (last !== undefined && BAD_ENDS.includes(last.outcome)) return { state: 'warning', found, mend };
  return Date.now() - lastMs > lateMs ? { state: 'warning', found: `late: ${found}`, mend } : { state: 'ok', found };
}
