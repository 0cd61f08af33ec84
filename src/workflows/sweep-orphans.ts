// The hourly look for orphans: records what it found as its result, in the log and in a metric. It repairs nothing; that is
// for people, with the command that stands beside each finding.
import { log, metricMeter, setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type { OrphanInput } from '../activities/orphans.ts';
import { describeOrphans, type OrphanReport, remembering } from '../spec/orphans.ts';
import { sweeping } from './activities.ts';

export async function orphanSweep(input: OrphanInput): Promise<OrphanReport> {
  const { findOrphans } = sweeping('Compare the managed namespaces with the open runs');
  const earlier = workflowInfo().lastResult as OrphanReport | undefined;
  const report = remembering(await findOrphans(input), earlier);
  for (const { name, kind, what, todo } of report.orphans) log.warn(`${what}. ${todo}`, { orphan: name, kind });
  for (const { name, why } of report.unclear) log.warn(`${name} could not be looked at: ${why}`, { orphan: name });
  // A counter: a gauge would keep its last value in the process of a worker that no longer gets the sweep.
  metricMeter
    .createCounter('naas_orphans_found', undefined, 'Orphans that the sweeps found, each anew in every sweep.')
    .add(report.found);
  setCurrentDetails(describeOrphans(report));
  return report;
}
