// The stand-in of Microsoft Entra ID: who gets a token, and whose token counts.
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Application, type TokenResponse, Tokens } from '../../../src/local/azure-dns/tokens.ts';

const ORIGIN = 'https://127.0.0.1:8443';
const TENANT = '3c1a2a1e-0000-4000-8000-000000000001';
const scope = `${ORIGIN}/.default`;

let keys: Awaited<ReturnType<typeof generateKeyPair>>;
let applications: Application[];
beforeAll(async () => {
  keys = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'k', alg: 'ES256' };
  const federation = { issuer: 'https://cluster', subject: 'system:serviceaccount:naas:worker', keys: { keys: [jwk] } };
  applications = [
    { clientId: 'secret', secret: 'open sesame' },
    { clientId: 'federated', federation },
    { clientId: 'trusting', federation: {} },
  ];
});

const tokens = (lifetimeSeconds = 60): Tokens =>
  new Tokens({ tenant: TENANT, applications, lifetimeSeconds, origin: () => ORIGIN });

async function grant(form: Record<string, string>, tenant = TENANT): Promise<TokenResponse> {
  return await tokens().grant(tenant, new URLSearchParams({ grant_type: 'client_credentials', scope, ...form }));
}

const assertion = async (claims: { iss?: string; sub?: string; aud?: string; exp?: string } = {}): Promise<string> =>
  await new SignJWT({})
    .setProtectedHeader({ alg: 'ES256', kid: 'k' })
    .setIssuer(claims.iss ?? 'https://cluster')
    .setSubject(claims.sub ?? 'system:serviceaccount:naas:worker')
    .setAudience(claims.aud ?? 'api://AzureADTokenExchange')
    .setExpirationTime(claims.exp ?? '5m')
    .sign(keys.privateKey);

const asserted = async (client_id: string, client_assertion: string): Promise<TokenResponse> =>
  await grant({
    client_id,
    client_assertion,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  });

describe('a token', () => {
  it('is given for the secret, and tells who it is of', async () => {
    const same = tokens();
    const form = { grant_type: 'client_credentials', scope, client_id: 'secret', client_secret: 'open sesame' };
    const { status, body } = await same.grant(TENANT.toUpperCase(), new URLSearchParams(form));
    expect({ status, body }).toMatchObject({ status: 200, body: { token_type: 'Bearer', expires_in: 60 } });
    expect(await same.callerOf(`Bearer ${body['access_token']}`)).toBe('secret');
    await expect(tokens().callerOf(`Bearer ${body['access_token']}`)).rejects.toMatchObject({
      status: 401,
      code: 'InvalidAuthenticationToken',
    });
  });

  it('is given for an assertion of the federated subject, or of anybody where none is named', async () => {
    expect((await asserted('federated', await assertion())).status).toBe(200);
    expect((await asserted('trusting', await assertion({ sub: 'anybody' }))).status).toBe(200);
  });

  it.each([
    ['of another subject', 'federated', { sub: 'system:serviceaccount:other:worker' }, 'AADSTS700213'],
    ['of another issuer', 'federated', { iss: 'https://elsewhere' }, 'AADSTS700213'],
    ['for another audience', 'federated', { aud: 'elsewhere' }, 'AADSTS700027'],
    ['that has expired', 'federated', { exp: '-1m' }, 'AADSTS700027'],
    ['for another audience', 'trusting', { aud: 'elsewhere' }, 'AADSTS700027'],
    ['that has expired', 'trusting', { exp: '-1m' }, 'AADSTS700027'],
    ['without federation', 'secret', {}, 'AADSTS70025'],
  ])('is refused for an assertion %s (%s)', async (_what, clientId, claims, code) => {
    const { status, body } = await asserted(clientId, await assertion(claims));
    expect({ status, error: body['error'] }).toEqual({ status: 401, error: 'invalid_client' });
    expect(body['error_description']).toContain(code);
  });

  it('is refused for an assertion by another key', async () => {
    const stranger = await generateKeyPair('ES256');
    const forged = await new SignJWT({})
      .setProtectedHeader({ alg: 'ES256', kid: 'k' })
      .setIssuer('https://cluster')
      .setSubject('system:serviceaccount:naas:worker')
      .setAudience('api://AzureADTokenExchange')
      .setExpirationTime('5m')
      .sign(stranger.privateKey);
    expect((await asserted('federated', forged)).status).toBe(401);
    expect((await asserted('trusting', 'nonsense')).status).toBe(401);
  });

  it.each([
    [{ client_id: 'secret', client_secret: 'wrong' }, 401, 'invalid_client'],
    [{ client_id: 'secret' }, 401, 'invalid_client'],
    [{ client_id: 'federated', client_secret: '' }, 401, 'invalid_client'],
    [{ client_id: 'nobody', client_secret: 'x' }, 400, 'unauthorized_client'],
    [{ client_id: 'secret', client_secret: 'open sesame', scope: ORIGIN }, 400, 'invalid_scope'],
    [{ client_id: 'secret', client_secret: 'open sesame', grant_type: 'password' }, 400, 'unsupported_grant_type'],
  ])('is refused for %o', async (form, status, error) => {
    expect(await grant(form as unknown as Record<string, string>)).toMatchObject({ status, body: { error } });
  });

  it('is refused of another tenant', async () => {
    expect((await grant({ client_id: 'secret', client_secret: 'open sesame' }, 'elsewhere')).status).toBe(400);
  });

  it('that has expired counts no more', async () => {
    const short = tokens(-1);
    const form = { grant_type: 'client_credentials', scope, client_id: 'secret', client_secret: 'open sesame' };
    const { body } = await short.grant(TENANT, new URLSearchParams(form));
    await expect(short.callerOf(`Bearer ${body['access_token']}`)).rejects.toMatchObject({
      code: 'ExpiredAuthenticationToken',
    });
  });

  it('for another service counts nothing', async () => {
    const same = tokens();
    const form = {
      grant_type: 'client_credentials',
      scope: 'https://vault.azure.net/.default',
      client_id: 'secret',
      client_secret: 'open sesame',
    };
    const { body } = await same.grant(TENANT, new URLSearchParams(form));
    await expect(same.callerOf(`Bearer ${body['access_token']}`)).rejects.toMatchObject({ status: 401 });
  });
});
