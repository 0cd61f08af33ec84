// Many record writes at once, each as a run of naas would have it: through the zone's own task queue, with the same options.
import { publishing } from '../../src/workflows/activities.ts';
import type { ZoneWrites } from './writes.ts';

export async function publishMany({ queue, owner, records }: ZoneWrites): Promise<void> {
  await Promise.all(
    records.map((record) => {
      const { publishRecord } = publishing(queue, `Publish: ${record.type} ${record.name}`);
      return publishRecord({ cluster: 'local', record, owner });
    }),
  );
}
