// The table of call sites: every call, reads included, that naas makes to the API server on behalf of a namespace, as the
// proxy saw it in lives without a fault of the matrix. A call that is added to naas joins the table by itself.
import type { FaultProxy, LoggedCall } from './fault-proxy.ts';
import type { Verb } from './fault-proxy-request.ts';
import { type ActiveRule, type Fault, generalName } from './fault-proxy-rules.ts';

export interface CallSite {
  activity: string;
  verb: Verb;
  resource: string;
  /** `*` stands for the tenant's name; `` for a list. */
  name: string;
  /** Discovery: a worker asks once which kinds there are, for all tenants, when the first activity needs to know. */
  path?: string;
}

export function siteOf(call: LoggedCall): CallSite {
  const { activity, verb, resource, path } = call;
  return { activity, verb, resource, name: generalName(call), ...(isDiscovery(call) ? { path } : {}) };
}

export function describeSite({ activity, verb, resource, name, path }: CallSite): string {
  // Whichever activity needs it first asks.
  if (path !== undefined) return `discovery at ${path}`;
  return `${activity}: ${verb} ${resource}/${name}`;
}

/** One line of evidence. */
export function describeCall(call: LoggedCall): string {
  const told = call.fault === undefined ? '' : ` told ${call.fault}`;
  return `${new Date(call.at).toISOString()} ${describeSite(siteOf(call))} → ${call.status ?? 'nothing'}${told}`;
}

/** All calls about one tenant; of naas only, whatever else goes through the proxy. */
export function callsOf(proxy: FaultProxy, tenant: string): LoggedCall[] {
  return proxy.log.filter((call) => call.tenant === tenant && call.activity !== '');
}

/** The same where a fresh worker has only this tenant: with what it asked about the cluster, for the activity that needed it. */
export function callsWithDiscovery(proxy: FaultProxy, tenant: string): LoggedCall[] {
  return proxy.log
    .filter((call) => isDiscovery(call) || call.tenant === tenant)
    .map((call) => (isDiscovery(call) ? { ...call, activity: activityAfter(proxy.log, call) } : call));
}

function isDiscovery({ tenant, resource, verb }: LoggedCall): boolean {
  return tenant === '' && resource === '' && verb === 'read';
}

function activityAfter(log: readonly LoggedCall[], { seq }: LoggedCall): string {
  return log.find((call) => call.seq > seq && call.activity !== '')?.activity ?? '';
}

/** Each site once, in the order in which it was first called. */
export function sitesIn(calls: readonly LoggedCall[]): CallSite[] {
  return [...new Map(calls.map((call) => [describeSite(siteOf(call)), siteOf(call)])).values()];
}

/** Breaks one site of one tenant. */
export function breakSite(
  proxy: FaultProxy,
  tenant: string,
  site: CallSite,
  fault: Fault,
  times: number | undefined,
): ActiveRule {
  const often = times === undefined ? {} : { times };
  if (site.path === undefined) return proxy.add({ tenant, ...site, fault, ...often });
  return proxy.add({ tenant: '', verb: 'read', path: site.path, fault, ...often });
}
