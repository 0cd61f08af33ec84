// The choice of a mode: the first preference that works, and words for every one that does not.
import { describe, expect, it } from 'vitest';
import { chooseGatewayMode, type GatewayCapabilities, type GatewayNeeds } from '../../src/spec/gateway-mode.ts';
import { GATEWAY_MODES, GATEWAY_PROTOCOLS, type GatewayMode } from '../../src/spec/gateway-spec.ts';
import fc from '../support/properties.ts';

const API = 'gateway.networking.k8s.io/v1';
const ROUTES = [`${API}/HTTPRoute`, `${API}/GRPCRoute`, `${API}/TLSRoute`];
const GATEWAY = [`${API}/Gateway`, ...ROUTES];
const LISTENER_SET = `${API}/ListenerSet`;
const EXPERIMENTAL = 'gateway.networking.x-k8s.io/v1alpha1/XListenerSet';
const CERTIFICATE = 'cert-manager.io/v1/Certificate';
const CLASSIC = ['networking.istio.io/v1/Gateway', 'networking.istio.io/v1/VirtualService'];

const ALL: GatewayCapabilities = {
  served: [...GATEWAY, LISTENER_SET, CERTIFICATE, ...CLASSIC],
  bundleVersions: ['v1.6.3'],
  istioVersion: '1.31.1',
};
const NEEDS: GatewayNeeds = { protocols: ['http'], certificates: false };

const reasons = (mode: GatewayMode, capabilities: Partial<GatewayCapabilities>, needs: Partial<GatewayNeeds> = {}) => {
  const choice = chooseGatewayMode([mode], { ...ALL, ...capabilities }, { ...NEEDS, ...needs });
  expect(choice.mode).toBeUndefined();
  return choice.passedOver.flatMap((each) => each.reasons).join('\n');
};
const chosen = (
  preferences: GatewayMode[],
  capabilities: Partial<GatewayCapabilities>,
  needs: Partial<GatewayNeeds> = {},
) => chooseGatewayMode(preferences, { ...ALL, ...capabilities }, { ...NEEDS, ...needs });

describe('chooseGatewayMode', () => {
  it('takes the first preference that works', () => {
    for (const mode of GATEWAY_MODES) expect(chosen([mode], {})).toEqual({ mode, passedOver: [], warnings: [] });
    expect(chosen(['own-gateway', 'listener-set'], {}).mode).toBe('own-gateway');
  });

  it('goes on to the next, and says why', () => {
    const choice = chosen(['listener-set', 'shared-listener'], { served: GATEWAY });
    expect(choice.mode).toBe('shared-listener');
    expect(choice.passedOver).toEqual([
      { mode: 'listener-set', reasons: [`the cluster does not serve ${LISTENER_SET}`] },
    ]);
  });

  it('has no mode to offer without preferences', () => {
    expect(chosen([], {})).toEqual({ mode: undefined, passedOver: [], warnings: [] });
  });

  it('takes no experimental ListenerSet for the real one', () => {
    expect(reasons('listener-set', { served: [...GATEWAY, EXPERIMENTAL] })).toContain(
      `${EXPERIMENTAL} is experimental`,
    );
  });

  it.each(['1.27.3', '1.29.9', 'asm-1-29'])(
    'does not give ListenerSets to Istio %s, which ignores them',
    (istioVersion) => {
      expect(reasons('listener-set', { istioVersion })).toContain('silently ignores ListenerSet');
      expect(chosen(['shared-listener'], { istioVersion }).mode).toBe('shared-listener');
    },
  );

  it('does not give TLSRoutes to an Istio that ignores them', () => {
    const older = { istioVersion: '1.29.2' };
    expect(reasons('own-gateway', older, { protocols: ['http', 'tls'] })).toContain('silently ignores TLSRoute v1');
    expect(chosen(['own-gateway'], older, { protocols: ['http', 'grpc'] }).mode).toBe('own-gateway');
    expect(chosen(['own-gateway'], {}, { protocols: ['tls'] }).mode).toBe('own-gateway');
  });

  it.each<GatewayMode>(['listener-set', 'shared-listener', 'own-gateway'])(
    'refuses mode %s where a newer Istio ignores the routes of older definitions',
    (mode) => {
      for (const istioVersion of ['1.30.0', 'asm-1-30', '1.31.1']) {
        expect(reasons(mode, { istioVersion, bundleVersions: ['v1.4.1'] })).toContain('silently ignores TLSRoute');
        expect(reasons(mode, { istioVersion, bundleVersions: ['v1.5.1', 'v1.4.1'] })).toContain('v1.4.1');
        expect(reasons(mode, { istioVersion, bundleVersions: [] })).toContain('do not say which they are');
      }
      expect(chosen(['istio-classic'], { bundleVersions: ['v1.4.1'] }).mode).toBe('istio-classic');
    },
  );

  it('does not guess about controllers that are not Istio', () => {
    const { istioVersion: _, ...other } = ALL;
    expect(chooseGatewayMode(['shared-listener'], { ...other, bundleVersions: ['v1.3.0'] }, NEEDS).mode).toBe(
      'shared-listener',
    );
  });

  it('compares versions as numbers', () => {
    expect(chosen(['listener-set'], { istioVersion: '1.100.0', bundleVersions: ['v1.10.0'] }).mode).toBe(
      'listener-set',
    );
    expect(reasons('own-gateway', { istioVersion: '2.0.0', bundleVersions: ['v1.4.9'] })).toContain('ignores');
  });

  it('wants the routes of the protocols that are offered, and of no others', () => {
    const served = GATEWAY.filter((kind) => !kind.endsWith('/TLSRoute'));
    expect(reasons('shared-listener', { served }, { protocols: ['http', 'tls'] })).toBe(
      `the cluster does not serve ${API}/TLSRoute`,
    );
    expect(chosen(['shared-listener'], { served }, { protocols: ['http', 'grpc'] }).mode).toBe('shared-listener');
  });

  it('wants Certificates where an issuer is configured, and a mode that can use them', () => {
    const certificates = { certificates: true };
    const served = ALL.served.filter((kind) => kind !== CERTIFICATE);
    expect(reasons('own-gateway', { served }, certificates)).toContain(CERTIFICATE);
    expect(reasons('shared-listener', {}, certificates)).toContain('reads no certificate');
    expect(reasons('istio-classic', {}, certificates)).toContain('reads no certificate');
    expect(chosen(['own-gateway'], { served }).mode).toBe('own-gateway');
  });

  it('warns of what works and hurts later', () => {
    expect(chosen(['listener-set'], { istioVersion: '1.30.2' }).warnings.join()).toContain(
      'removing a hostname will wait in vain',
    );
    expect(chosen(['own-gateway'], { bundleVersions: ['v1.6.3', 'v1.5.0'] }).warnings).toEqual([
      'the Gateway API definitions are of several versions: v1.5.0, v1.6.3',
    ]);
  });

  it('never chooses a mode whose kinds are not all served, and has a reason for each that it passed over', () => {
    const kinds = [...ALL.served, EXPERIMENTAL];
    const MODE_KINDS: Record<GatewayMode, string[]> = {
      'listener-set': [`${API}/Gateway`, LISTENER_SET],
      'shared-listener': [`${API}/Gateway`],
      'own-gateway': [`${API}/Gateway`],
      'istio-classic': CLASSIC,
    };
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...GATEWAY_MODES]),
        fc.record(
          {
            served: fc.subarray(kinds),
            bundleVersions: fc.subarray(['v1.3.0', 'v1.4.1', 'v1.5.1', 'v1.6.3']),
            istioVersion: fc.constantFrom('1.28.0', '1.30.1', '1.31.0'),
          },
          { requiredKeys: ['served', 'bundleVersions'] },
        ),
        fc.record({ protocols: fc.subarray([...GATEWAY_PROTOCOLS]), certificates: fc.boolean() }),
        (preferences, capabilities, needs) => {
          const { mode, passedOver } = chooseGatewayMode(preferences, capabilities, needs);
          const [before, rest] = [passedOver.map((each) => each.mode), mode === undefined ? [] : [mode]];
          expect(preferences.slice(0, before.length + rest.length)).toEqual([...before, ...rest]);
          for (const { reasons: said } of passedOver) expect(said.length).toBeGreaterThan(0);
          if (mode === undefined) expect(before).toEqual(preferences);
          else expect(capabilities.served).toEqual(expect.arrayContaining(MODE_KINDS[mode]));
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
