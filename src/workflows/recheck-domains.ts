// The daily look at every verified domain: whose proof is missing is told so, and looks for itself. It changes no domain.
import { log, setCurrentDetails } from '@temporalio/workflow';
import { sweeping } from './activities.ts';
import type { DomainRecheck } from './domain-contract.ts';

export async function domainRecheck(): Promise<DomainRecheck> {
  const { recheckDomains } = sweeping('Look for the proof of every verified domain');
  const report = await recheckDomains();
  for (const name of report.missing) log.warn(`${name} carries its proof no more`, { domain: name });
  for (const name of report.unclear) log.warn(`${name} could not be looked at`, { domain: name });
  for (const { domain, namespaces } of report.unwatched)
    log.warn(
      `nobody watches ${domain}, below which ${namespaces.join(', ')} have names: its run was ended in Temporal; its team adds it again`,
      { domain },
    );
  setCurrentDetails(
    `Looked at ${report.looked}: ${report.missing.length} without their proof, ${report.unclear.length} unclear; ${report.unwatched.length} that nobody watches.`,
  );
  return report;
}
