// Which mode a cluster gets: the first of the configured preferences that works there, and why each before it was passed
// over. Pure; what is served was discovered before. What would break in silence is refused here, in words.
import type { GatewayMode, GatewayProtocol } from './gateway-spec.ts';
import type { ObjectRef } from './inventory.ts';

/** Of the groups that gateways and certificates are of. */
const GATEWAY_KINDS = [
  { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway' },
  { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'ListenerSet' },
  { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute' },
  { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'GRPCRoute' },
  { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'TLSRoute' },
  { apiVersion: 'cert-manager.io/v1', kind: 'Certificate' },
  { apiVersion: 'networking.istio.io/v1', kind: 'Gateway' },
  { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService' },
] as const;

type Definition = { metadata: { annotations?: Record<string, string> } };

/** What has to be asked of a cluster, by whoever reads it. */
export interface GatewaySource {
  readonly cluster: string;
  serves(kind: { apiVersion: string; kind: string }): Promise<boolean>;
  read(ref: ObjectRef): Promise<Definition | undefined>;
}

/** The same for everybody who chooses a mode, be it to admit a request or to tell an operator. */
export async function gatewayCapabilities(
  { cluster, serves, read }: GatewaySource,
  istioVersion: string | undefined,
): Promise<GatewayCapabilities> {
  const [asked, definition] = await Promise.all([
    Promise.all(GATEWAY_KINDS.map(async (each) => ((await serves(each)) ? [`${each.apiVersion}/${each.kind}`] : []))),
    // It is large, and of interest to Istio alone.
    istioVersion === undefined ? undefined : read(gatewayDefinition(cluster)),
  ]);
  const version = definition?.metadata.annotations?.['gateway.networking.k8s.io/bundle-version'];
  return {
    served: asked.flat(),
    bundleVersions: version === undefined ? [] : [version],
    ...(istioVersion === undefined ? {} : { istioVersion }),
  };
}

/** Carries the version of the Gateway API's definitions, in an annotation. */
function gatewayDefinition(cluster: string): ObjectRef {
  return {
    system: 'kubernetes',
    cluster,
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    name: 'gateways.gateway.networking.k8s.io',
  };
}

export interface GatewayCapabilities {
  /** `<group>/<version>/<Kind>` of everything that the API server serves in the groups of gateways and certificates. */
  served: readonly string[];
  /** The annotation gateway.networking.k8s.io/bundle-version of the Gateway API definitions, each value once. */
  bundleVersions: readonly string[];
  /** Undefined: another controller, or nobody knows. */
  istioVersion?: string;
}

/** What the installation wants of whatever mode it is. */
export interface GatewayNeeds {
  protocols: readonly GatewayProtocol[];
  /** Certificates by an issuer of the installation. */
  certificates: boolean;
}

export interface PassedOver {
  mode: GatewayMode;
  reasons: string[];
}

export interface ModeChoice {
  /** Undefined: none of the preferred modes works. */
  mode: GatewayMode | undefined;
  passedOver: PassedOver[];
  /** What works and still has to be known. */
  warnings: string[];
}

export function chooseGatewayMode(
  preferences: readonly GatewayMode[],
  capabilities: GatewayCapabilities,
  needs: GatewayNeeds,
): ModeChoice {
  const passedOver: PassedOver[] = [];
  for (const mode of preferences) {
    const reasons = against(mode, capabilities, needs);
    if (reasons.length === 0) return { mode, passedOver, warnings: warnings(mode, capabilities) };
    passedOver.push({ mode, reasons });
  }
  return { mode: undefined, passedOver, warnings: [] };
}

const GATEWAY_API = 'gateway.networking.k8s.io/v1';
const ROUTES: Readonly<Record<GatewayProtocol, string>> = {
  http: `${GATEWAY_API}/HTTPRoute`,
  grpc: `${GATEWAY_API}/GRPCRoute`,
  tls: `${GATEWAY_API}/TLSRoute`,
};
const CERTIFICATE = 'cert-manager.io/v1/Certificate';

function against(mode: GatewayMode, capabilities: GatewayCapabilities, needs: GatewayNeeds): string[] {
  const routes = needs.protocols.map((protocol) => ROUTES[protocol]);
  const certificate = needs.certificates ? [CERTIFICATE] : [];
  switch (mode) {
    case 'listener-set':
      return [
        ...missing([`${GATEWAY_API}/Gateway`, `${GATEWAY_API}/ListenerSet`, ...routes, ...certificate], capabilities),
        ...ignoredInSilence(capabilities, needs),
        ...ignoredListenerSets(capabilities),
      ];
    case 'shared-listener':
      return [
        ...missing([`${GATEWAY_API}/Gateway`, ...routes], capabilities),
        ...ignoredInSilence(capabilities, needs),
        ...noIssuer(mode, needs),
      ];
    case 'own-gateway':
      return [
        ...missing([`${GATEWAY_API}/Gateway`, ...routes, ...certificate], capabilities),
        ...ignoredInSilence(capabilities, needs),
      ];
    case 'istio-classic':
      return [
        ...missing(['networking.istio.io/v1/Gateway', 'networking.istio.io/v1/VirtualService'], capabilities),
        ...noIssuer(mode, needs),
      ];
  }
}

function missing(wanted: readonly string[], { served }: GatewayCapabilities): string[] {
  return wanted
    .filter((kind) => !served.includes(kind))
    .map((kind) => `the cluster does not serve ${kind}${instead(kind, served)}`);
}

/** An experimental kind of the same purpose looks like support and is none. */
function instead(kind: string, served: readonly string[]): string {
  const experimental = served.find((each) => kind.endsWith('/ListenerSet') && each.endsWith('/XListenerSet'));
  return experimental === undefined ? '' : `; ${experimental} is experimental and another kind`;
}

/** A certificate of the namespace's own: the gateway would read it in the platform's namespace only. */
function noIssuer(mode: GatewayMode, { certificates }: GatewayNeeds): string[] {
  return certificates
    ? [`in mode ${mode} the gateway reads no certificate of a namespace, and one by an issuer is wanted`]
    : [];
}

/** Since 1.30 Istio watches TLSRoute and ReferenceGrant as v1, which the definitions before 1.5 do not have; before, as a draft. */
function ignoredInSilence(
  { istioVersion, bundleVersions }: GatewayCapabilities,
  { protocols }: GatewayNeeds,
): string[] {
  if (istioVersion === undefined) return [];
  if (isBefore(istioVersion, '1.30')) {
    return protocols.includes('tls')
      ? [`Istio ${istioVersion} silently ignores TLSRoute v1, which it knows since 1.30`]
      : [];
  }
  const [lowest] = [...bundleVersions].sort(byVersion);
  if (lowest === undefined) {
    return [
      `Istio ${istioVersion} needs the Gateway API definitions 1.5 or later, and those of the cluster do not say which they are (annotation gateway.networking.k8s.io/bundle-version)`,
    ];
  }
  if (!isBefore(lowest, '1.5')) return [];
  return [
    `Istio ${istioVersion} silently ignores TLSRoute and ReferenceGrant of the Gateway API definitions ${lowest}; they have to be 1.5 or later`,
  ];
}

function ignoredListenerSets({ istioVersion }: GatewayCapabilities): string[] {
  if (istioVersion === undefined || !isBefore(istioVersion, '1.30')) return [];
  return [`Istio ${istioVersion} silently ignores ListenerSet, which it knows since 1.30`];
}

function warnings(mode: GatewayMode, { istioVersion, bundleVersions }: GatewayCapabilities): string[] {
  const mixed = mode !== 'istio-classic' && bundleVersions.length > 1;
  const wedged = mode === 'listener-set' && istioVersion !== undefined && isBefore(istioVersion, '1.31');
  return [
    ...(mixed
      ? [`the Gateway API definitions are of several versions: ${[...bundleVersions].sort(byVersion).join(', ')}`]
      : []),
    ...(wedged
      ? [
          `Istio ${istioVersion} never observes a ListenerSet again once a listener was removed from it; removing a hostname will wait in vain until Istio is 1.31 or later`,
        ]
      : []),
  ];
}

function isBefore(version: string, other: string): boolean {
  return byVersion(version, other) < 0;
}

/** By the first three numbers; `v1.5.1`, `1.30` and `asm-1-30` are all understood. */
function byVersion(left: string, right: string): number {
  const [a, b] = [numbers(left), numbers(right)];
  const at = [0, 1, 2].find((index) => a[index] !== b[index]);
  return at === undefined ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

function numbers(version: string): number[] {
  const found = [...version.matchAll(/\d+/g)].slice(0, 3).map(([digits]) => Number(digits));
  return [0, 1, 2].map((index) => found[index] ?? 0);
}
