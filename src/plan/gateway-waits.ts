// What has to be seen on live objects before the hostnames of a plan are routed: each object of the plan by its own, and of
// the shared Gateway the listeners that the plan uses. Pure.

import type { LiveObject, ParentReference } from '../spec/gateway-objects.ts';
import type { GatewaySpec, SharedGateway } from '../spec/gateway-spec.ts';
import {
  type Judgement,
  judgeCertificate,
  judgeClassic,
  judgeGateway,
  judgeListenerSet,
  judgeRoute,
} from '../spec/route-conditions.ts';
import { sharedSection } from './gateway.ts';
import { GATEWAY_GROUP } from './gateway-routes.ts';
import type { KubernetesObject } from './plan.ts';

/** `planned`: an object of `gatewayObjects`; `live`: what stands there under its name. */
export function judgePlanned(planned: KubernetesObject, live: LiveObject | undefined): Judgement {
  const { listeners = [], parentRefs = [] } = planned['spec'] as {
    listeners?: { name: string }[];
    parentRefs?: ParentReference[];
  };
  const names = listeners.map(({ name }) => name);
  switch (`${planned.apiVersion.replace(/\/.*/, '')}/${planned.kind}`) {
    case `${GATEWAY_GROUP}/Gateway`:
      return judgeGateway(live, names);
    case `${GATEWAY_GROUP}/ListenerSet`:
      return judgeListenerSet(live, names);
    case 'cert-manager.io/Certificate':
      return judgeCertificate(live);
    case 'networking.istio.io/Gateway':
    case 'networking.istio.io/VirtualService':
      return judgeClassic(live);
  }
  const [parent] = parentRefs;
  if (parent === undefined) throw new Error(`${planned.kind} ${planned.metadata.name} is no part of a gateway's plan`);
  return judgeRoute(live, parent);
}

export interface SharedWait {
  gateway: SharedGateway;
  /** For `judgeGateway`. */
  sections: string[];
}

/** Undefined where no Gateway of the platform is used. */
export function sharedGatewayWait(spec: GatewaySpec): SharedWait | undefined {
  if (spec.mode !== 'listener-set' && spec.mode !== 'shared-listener') return undefined;
  if (spec.hostnames.length === 0) return undefined;
  const { gateway, mode, hostnames } = spec;
  const onItself = hostnames.filter(({ tls }) => mode === 'shared-listener' || tls === 'shared');
  const sections = onItself.map((each) => sharedSection(gateway, each)).filter((each) => each !== undefined);
  return { gateway, sections: [...new Set(sections)] };
}
