// The whole cluster as it stands → the status that each object of the stand-ins should have. Pure but for the addresses,
// which are given once and kept.
import type { LiveObject } from '../../spec/gateway-objects.ts';
import { no, type Said, yes } from './conditions.ts';
import { issuedSecrets, type ListenerVerdict, listenerVerdict } from './listener-status.ts';
import { gatewayOf, type Listener, mayAttach, mergedListeners } from './listeners.ts';
import { misbehave } from './misbehave.ts';
import { all, CONTROLLER_NAME, placeOf, ROUTE_KINDS } from './objects.ts';
import { routeVerdicts } from './routes.ts';
import { type Counts, type Desired, type Given, written, writtenRoute } from './status-of.ts';
import { switchFor } from './switches.ts';

export function desiredStatuses(given: Given): Desired[] {
  const { world, addresses } = given;
  const classes = all(world, 'GatewayClass').filter((each) => field(each, 'controllerName') === CONTROLLER_NAME);
  const named = new Set(classes.map(({ metadata }) => metadata.name));
  const gateways = all(world, 'Gateway').filter((each) => named.has(String(field(each, 'gatewayClassName'))));
  addresses.keepOnly(gateways);
  const issued = issuedSecrets(world);
  const setsOf = Map.groupBy(all(world, 'ListenerSet'), (each) => gatewayOf(each) ?? '');
  const merging = gateways.map((gateway): Merging => {
    const asking = setsOf.get(placeOf(gateway)) ?? [];
    const byRight = Map.groupBy(asking, (each) => mayAttach(world, gateway, each));
    const [sets = [], refused = []] = [byRight.get(true), byRight.get(false)];
    const verdicts = mergedListeners(gateway, sets).map((each) => listenerVerdict(issued, each));
    const byOwner = Map.groupBy(verdicts, ({ listener }) => listener.owner);
    const of = (owner: LiveObject): ListenerVerdict[] => byOwner.get(owner) ?? [];
    return { gateway, sets, refused, of };
  });
  const { routes, attached } = routeStatuses(given, merging);
  return [
    ...all(world, 'Certificate').map((each) => written(given, each, certificateConditions(given, each))),
    ...classes.map((each) => written(given, each, [yes('Accepted')])),
    ...merging.flatMap((each) => gatewayStatuses(given, each, attached)),
    ...merging.flatMap((each) => refusedSets(given, each)),
    ...routes,
  ].filter((each) => each !== undefined);
}

interface Merging {
  gateway: LiveObject;
  /** Those that may attach. */
  sets: LiveObject[];
  refused: LiveObject[];
  of(owner: LiveObject): ListenerVerdict[];
}

function routeStatuses(given: Given, merging: readonly Merging[]) {
  const { world, switches } = given;
  const byOwner = new Map(
    merging.flatMap(({ gateway, sets, of }) =>
      [gateway, ...sets].flatMap((owner): [string, Listener[]][] => {
        // No traffic comes through the others: to routes they are as if they were not there.
        const valid = of(owner).filter((each) => each.valid);
        return valid.length === 0 ? [] : [[`${owner.kind}/${placeOf(owner)}`, valid.map(({ listener }) => listener)]];
      }),
    ),
  );
  const attached = new Map<Listener, number>();
  const routes = ROUTE_KINDS.flatMap((kind) => all(world, kind)).map((route) => {
    const wanted = switchFor(switches, route.kind, placeOf(route));
    const parents = routeVerdicts(world, route, (owner) => byOwner.get(owner)).map((verdict) => ({
      verdict,
      said: misbehave(verdict.conditions, wanted),
    }));
    for (const { verdict, said } of parents) {
      if (said?.some(({ type, status }) => type === 'Accepted' && status === 'True') !== true) continue;
      for (const listener of verdict.attached) attached.set(listener, (attached.get(listener) ?? 0) + 1);
    }
    return wanted?.behaviour === 'never' ? undefined : writtenRoute(given, route, parents);
  });
  return { routes, attached };
}

function gatewayStatuses(given: Given, { gateway, sets, of }: Merging, attached: Counts): (Desired | undefined)[] {
  const { addresses, switches } = given;
  const reachable = requestedAddresses(gateway) ?? assigned(addresses.of(gateway));
  const programmed =
    reachable.length > 0 ? yes('Programmed') : no('Programmed', 'AddressNotAssigned', 'all of the addresses are taken');
  const whole = [acceptedGateway(of(gateway)), programmed, yes('ResolvedRefs')];
  const said = misbehave(whole, switchFor(switches, 'Gateway', placeOf(gateway)));
  const find = (type: string) => said?.find((each) => each.type === type);
  const holds = (type: string) => said === undefined || find(type)?.status === 'True';
  // Listeners of its own that are not valid are no matter of the sets.
  const takesSets = holds('Accepted') || find('Accepted')?.reason === 'ListenersNotValid';
  const setStatuses = sets.map((set) =>
    written(
      given,
      set,
      setConditions(takesSets, find('Programmed') ?? programmed, of(set)),
      { listeners: of(set) },
      attached,
    ),
  );
  return [
    written(given, gateway, whole, { listeners: of(gateway) }, attached, {
      // As real ones do: nothing to reach before it is programmed.
      addresses: holds('Programmed') ? reachable : [],
      attachedListenerSets: takesSets ? sets.filter((set) => of(set).some(({ valid }) => valid)).length : 0,
    }),
    ...setStatuses,
  ];
}

function acceptedGateway(verdicts: readonly ListenerVerdict[]): Said {
  const valid = verdicts.filter((each) => each.valid).length;
  if (valid === verdicts.length) return yes('Accepted');
  return valid > 0
    ? yes('Accepted', 'ListenersNotValid')
    : no('Accepted', 'ListenersNotValid', 'none of its listeners is valid');
}

function setConditions(parentTakes: boolean, programmed: Said, verdicts: readonly ListenerVerdict[]): Said[] {
  if (!parentTakes) {
    const message = 'its Gateway is not accepted';
    return [no('Accepted', 'ParentNotAccepted', message), no('Programmed', 'ParentNotProgrammed', message)];
  }
  // One that is valid is enough; the others say of themselves what they lack.
  if (verdicts.some((each) => each.valid)) return [yes('Accepted'), programmed];
  return ['Accepted', 'Programmed'].map((type) => no(type, 'ListenersNotValid', 'none of its listeners is valid'));
}

/** Sets on a Gateway of the stand-ins that does not take them. */
function refusedSets(given: Given, { refused }: Merging): (Desired | undefined)[] {
  const conditions = ['Accepted', 'Programmed'].map((type) =>
    no(type, 'NotAllowed', 'its Gateway does not let its namespace attach'),
  );
  return refused.map((each) => written(given, each, conditions, { listeners: [] }));
}

/** No issuer is asked: in the embedded cluster there is none. */
function certificateConditions({ switches }: Given, certificate: LiveObject): Said[] {
  const wanted = switchFor(switches, 'Certificate', placeOf(certificate));
  if (wanted?.behaviour !== 'fail' || (wanted.condition ?? 'Issuing') !== 'Issuing') return [yes('Ready')];
  return [no('Ready', 'DoesNotExist', 'there is no Secret'), no('Issuing', wanted.reason, 'a switch says so')];
}

function requestedAddresses(gateway: LiveObject): { type: string; value: string }[] | undefined {
  const { addresses = [] } = gateway['spec'] as { addresses?: { type?: string; value?: string }[] };
  const named = addresses.flatMap(({ type = 'IPAddress', value }) => (value === undefined ? [] : [{ type, value }]));
  return named.length === 0 ? undefined : named;
}

function assigned(address: string | undefined): { type: string; value: string }[] {
  return address === undefined ? [] : [{ type: 'IPAddress', value: address }];
}

function field(object: LiveObject, name: string): unknown {
  return (object['spec'] as Record<string, unknown> | undefined)?.[name];
}
