// The parts of the bench in their order: what needs a fresh stand first, what fills it last.
import type { Bench } from './bench.ts';
import { costPerNamespace } from './cost-per-namespace.ts';
import { hostname } from './hostname.ts';
import { memory } from './memory.ts';
import { naasVsNaive } from './naas-vs-naive.ts';
import { recovery } from './recovery.ts';
import { replay } from './replay.ts';
import { requestToReady } from './request-to-ready.ts';
import type { Part } from './run-parts.ts';
import { startup } from './startup.ts';
import { teardown } from './teardown.ts';
import { throughput } from './throughput.ts';
import { workerStart } from './worker-start.ts';
import { zoneLimit } from './zone-limit.ts';

export const PARTS: readonly Part<Bench>[] = [
  {
    name: 'request-to-ready',
    what: 'one namespace at a time: naas, kubectl apply, raw writes in turns',
    limitSeconds: 300,
    measure: requestToReady,
  },
  {
    name: 'throughput',
    what: 'requests that keep coming, blocks of naas and of raw writes in turns',
    limitSeconds: 400,
    measure: throughput,
  },
  {
    name: 'cost-per-namespace',
    what: 'tasks, events, bytes and API writes of a request, and of the same request again',
    limitSeconds: 120,
    measure: costPerNamespace,
  },
  {
    name: 'naas-vs-naive',
    what: 'a whole life beside a workflow with one activity per object',
    limitSeconds: 180,
    measure: naasVsNaive,
  },
  { name: 'teardown', what: 'naas and kubectl delete --wait in turns', limitSeconds: 300, measure: teardown },
  {
    name: 'recovery',
    what: 'kill -9 of the worker in the middle, another one at once',
    limitSeconds: 400,
    measure: recovery,
  },
  { name: 'replay', what: 'fills a history until it is renewed, then replays it', limitSeconds: 240, measure: replay },
  {
    name: 'worker-start',
    what: 'the compiled worker from its start to its first task, beside a bare SDK worker',
    limitSeconds: 240,
    measure: workerStart,
  },
  { name: 'startup', what: 'naas --help and the client beside an empty Node', limitSeconds: 120, measure: startup },
  {
    name: 'hostname',
    what: 'with and without a hostname in turns, on a stand with DNS',
    limitSeconds: 300,
    measure: hostname,
  },
  {
    name: 'zone-limit',
    what: 'record writes as fast as a zone takes them, after its burst is spent',
    limitSeconds: 400,
    measure: zoneLimit,
  },
  { name: 'memory', what: 'the worker with 1,000 runs cached and 10,000 open', limitSeconds: 900, measure: memory },
];
