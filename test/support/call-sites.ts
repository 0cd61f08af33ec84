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
}

export function siteOf(call: LoggedCall): CallSite {
  return { activity: call.activity, verb: call.verb, resource: call.resource, name: generalName(call) };
}

export function describeSite({ activity, verb, resource, name }: CallSite): string {
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
  return proxy.add({ tenant, ...site, fault, ...(times === undefined ? {} : { times }) });
}
