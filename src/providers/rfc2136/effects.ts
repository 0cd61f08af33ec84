// Each write is one atomic UPDATE of a record set and its mark, with all that it rests on as prerequisites. Nothing else in this
// folder changes a zone.
import type { CallOptions } from '../../activities/cluster.ts';
import type { DnsZone } from '../../activities/zone.ts';
import type { NaasError } from '../../spec/errors.ts';
import type { RecordEffect } from '../../spec/inventory.ts';
import type { RecordKey, RecordSet } from '../../spec/record-set.ts';
import { dnsFailure } from '../dns/failure.ts';
import { describeKey } from '../dns/names.ts';
import { recordEffect } from '../dns/record-effect.ts';
import { rcodeFailure } from './failures.ts';
import { asSeen, liveOf, look, refuseUnderDelegation, versionOf } from './live-set.ts';
import type { Primary } from './primary.ts';
import type { Prerequisite, Update } from './update-message.ts';
import { invalid, refuseApexServers, removal, vacant, written } from './written.ts';

export function createEffects(primary: Primary, zone: string): Pick<DnsZone, 'create' | 'change' | 'remove'> {
  const words = (verb: RecordEffect['verb'], key: RecordKey) => ({
    what: `${verb} of ${describeKey(key)} at ${primary.server}`,
    zone,
  });
  const send = (
    verb: RecordEffect['verb'],
    key: RecordKey,
    needed: Prerequisite[],
    updates: Update[],
    call: CallOptions,
  ) => primary.update(needed, updates, call, `${verb} of ${describeKey(key)}`);

  return {
    async create(set, owner, call) {
      const { updates, ...after } = written(zone, set, owner);
      await refuseUnderDelegation(primary, set, call);
      const rcode = await send('create', set, vacant(set), updates, call);
      if (rcode === 'YXRRSET' || rcode === 'YXDOMAIN') throw await taken(primary, set, call);
      if (rcode !== 'NOERROR') throw rcodeFailure(rcode, words('create', set));
      return recordEffect('create', 'created', {
        after: versionOf(set.ttlSeconds, after.set.rdata, after.mark.rdata),
      });
    },
    async change(set, owner, version, call) {
      const { updates, ...after } = written(zone, set, owner);
      const standing = await look(primary, set, call);
      const live = liveOf(set, standing);
      if (live?.version !== version) throw outdated(words('change', set).what);
      const renewed: Update[] = [{ do: 'remove-set', name: set.name, type: set.type }, ...updates];
      const rcode = await send('change', set, asSeen(set, standing), renewed, call);
      if (rcode !== 'NOERROR') throw rcodeFailure(rcode, words('change', set));
      return recordEffect('change', 'changed', {
        before: version,
        after: versionOf(set.ttlSeconds, after.set.rdata, after.mark.rdata),
      });
    },
    async remove(key, version, call) {
      refuseApexServers(zone, key);
      const standing = await look(primary, key, call);
      const live = liveOf(key, standing);
      if (live === undefined && standing.mark.rdata.length === 0) return recordEffect('delete', 'absent');
      if (live !== undefined && live.version !== version) throw outdated(words('delete', key).what);
      const rcode = await send('delete', key, asSeen(key, standing), removal(key, standing), call);
      if (rcode !== 'NOERROR') throw rcodeFailure(rcode, words('delete', key));
      return live === undefined
        ? recordEffect('delete', 'absent')
        : recordEffect('delete', 'deleted', { before: version });
    },
  };
}

/** Which of the two a refused creation met: the same set, or what no such set may stand beside. */
async function taken(primary: Primary, set: RecordSet, call: CallOptions): Promise<NaasError> {
  const { name, type } = set;
  const what = `create of ${describeKey(set)} at ${primary.server}`;
  const holds = async (needed: Prerequisite): Promise<boolean> => {
    const rcode = await primary.update([needed], [], call, `look at ${describeKey(set)}`);
    if (rcode !== 'NOERROR' && rcode !== 'NXRRSET' && rcode !== 'NXDOMAIN')
      throw rcodeFailure(rcode, { what, zone: set.zone });
    return rcode === 'NOERROR';
  };
  if (await holds({ is: 'present', name, type })) {
    const todo = 'Find out who owns it; naas leaves it alone.';
    return dnsFailure('NotOurs', `${what} found the record set there already`, todo);
  }
  const inTheWay: Prerequisite =
    type === 'CNAME' ? { is: 'name-in-use', name } : { is: 'present', name, type: 'CNAME' };
  if (await holds(inTheWay)) {
    const beside = type === 'CNAME' ? 'other records stand at that name' : 'a CNAME stands at that name';
    return invalid(set, `cannot be created: ${beside}, and a CNAME stands alone`, 'Choose another name or type.');
  }
  return outdated(what);
}

function outdated(what: string): NaasError {
  return rcodeFailure('NXRRSET', { what, zone: '' });
}
