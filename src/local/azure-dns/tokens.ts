// Stands in for Microsoft Entra ID: gives access tokens to applications (by secret or by a federated assertion) and checks
// them on the management endpoint. The wire is that of the v2.0 token endpoint; nobody else is to trust these tokens.
import { createSecretKey, randomBytes, randomUUID } from 'node:crypto';
import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { notAuthenticated } from './arm-errors.ts';

export interface Application {
  clientId: string;
  /** Without one, a secret opens nothing. */
  secret?: string;
  federation?: {
    /** What is left out is not compared. */
    issuer?: string;
    subject?: string;
    /** Public keys of the issuer; without them the signature is not checked. */
    keys?: JSONWebKeySet;
  };
}

export interface TokenOptions {
  tenant: string;
  applications: readonly Application[];
  lifetimeSeconds: number;
  /** `https://host:port` of the emulator. */
  origin: () => string;
}

export interface TokenResponse {
  status: number;
  body: Record<string, unknown>;
}

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const ASSERTION_AUDIENCE = 'api://AzureADTokenExchange';
/** What clients ask for that were not told of another endpoint. */
const PUBLIC_AUDIENCES = ['https://management.azure.com', 'https://management.core.windows.net'];

export class Tokens {
  readonly #options: TokenOptions;
  readonly #key = createSecretKey(randomBytes(32));

  constructor(options: TokenOptions) {
    this.#options = options;
  }

  /** The answer to a form posted to `/{tenant}/oauth2/v2.0/token`. */
  async grant(tenant: string, form: URLSearchParams): Promise<TokenResponse> {
    if (!this.#isTenant(tenant)) return refusal(400, 'invalid_request', `AADSTS90002: Tenant '${tenant}' not found.`);
    if (form.get('grant_type') !== 'client_credentials')
      return refusal(400, 'unsupported_grant_type', 'AADSTS70003: The app requested an unsupported grant type.');
    const clientId = form.get('client_id') ?? '';
    const application = this.#options.applications.find((each) => each.clientId === clientId);
    if (application === undefined)
      return refusal(
        400,
        'unauthorized_client',
        `AADSTS700016: Application with identifier '${clientId}' was not found.`,
      );
    const scope = form.get('scope') ?? '';
    if (!scope.endsWith('/.default'))
      return refusal(400, 'invalid_scope', `AADSTS1002012: The provided value for scope ${scope} is not valid.`);
    const problem = await this.#credentialProblem(application, form);
    if (problem !== undefined) return problem;
    return { status: 200, body: await this.#token(clientId, scope.slice(0, -'/.default'.length)) };
  }

  /** Which application the header is of; throws the ArmError of a missing or false one. */
  async callerOf(authorization: string | undefined): Promise<string> {
    const authority = `${this.#options.origin()}/${this.#options.tenant}`;
    const [, token] = /^Bearer (.+)$/i.exec(authorization ?? '') ?? [];
    if (token === undefined)
      throw notAuthenticated(
        'AuthenticationFailed',
        "Authentication failed. The 'Authorization' header is missing or invalid.",
        authority,
      );
    try {
      const audience = [this.#options.origin(), ...PUBLIC_AUDIENCES].flatMap((origin) => [origin, `${origin}/`]);
      const { payload } = await jwtVerify(token, this.#key, { algorithms: ['HS256'], audience });
      return String(payload['appid']);
    } catch (error) {
      const code = (error as { code?: string }).code;
      throw code === 'ERR_JWT_EXPIRED'
        ? notAuthenticated('ExpiredAuthenticationToken', 'The access token expiry is in the past.', authority)
        : notAuthenticated('InvalidAuthenticationToken', 'The access token is invalid.', authority);
    }
  }

  /** What client libraries read before they ask for a token; undefined for another tenant. */
  openIdConfiguration(tenant: string): Record<string, unknown> | undefined {
    if (!this.#isTenant(tenant)) return undefined;
    const authority = `${this.#options.origin()}/${tenant}`;
    return {
      issuer: `${this.#options.origin()}/${this.#options.tenant}/v2.0`,
      authorization_endpoint: `${authority}/oauth2/v2.0/authorize`,
      token_endpoint: `${authority}/oauth2/v2.0/token`,
      jwks_uri: `${authority}/discovery/v2.0/keys`,
      response_types_supported: ['code'],
      subject_types_supported: ['pairwise'],
      id_token_signing_alg_values_supported: ['RS256'],
      token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt'],
    };
  }

  /** This host knows of no other; a client that asks takes it as it is. */
  instanceDiscovery(): Record<string, unknown> {
    const { tenant } = this.#options;
    return {
      tenant_discovery_endpoint: `${this.#options.origin()}/${tenant}/v2.0/.well-known/openid-configuration`,
      'api-version': '1.1',
      metadata: [],
    };
  }

  #isTenant(tenant: string): boolean {
    return tenant.toLowerCase() === this.#options.tenant.toLowerCase();
  }

  async #credentialProblem(application: Application, form: URLSearchParams): Promise<TokenResponse | undefined> {
    const assertion = form.get('client_assertion');
    if (assertion !== null) return await assertionProblem(application, form.get('client_assertion_type'), assertion);
    const secret = form.get('client_secret');
    if (secret === null)
      return refusal(
        401,
        'invalid_client',
        'AADSTS7000218: The request must contain client_assertion or client_secret.',
      );
    return secret === application.secret
      ? undefined
      : refusal(401, 'invalid_client', 'AADSTS7000215: Invalid client secret provided.');
  }

  async #token(clientId: string, audience: string): Promise<Record<string, unknown>> {
    const { tenant, lifetimeSeconds } = this.#options;
    const token = await new SignJWT({ appid: clientId, oid: clientId, tid: tenant, ver: '1.0', uti: randomUUID() })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setIssuer(`${this.#options.origin()}/${tenant}/`)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime(`${lifetimeSeconds}s`)
      .sign(this.#key);
    return {
      token_type: 'Bearer',
      expires_in: lifetimeSeconds,
      ext_expires_in: lifetimeSeconds,
      access_token: token,
    };
  }
}

async function assertionProblem(
  { federation }: Application,
  type: string | null,
  assertion: string,
): Promise<TokenResponse | undefined> {
  if (type !== ASSERTION_TYPE || federation === undefined)
    return refusal(401, 'invalid_client', 'AADSTS70025: The client has no configured federated identity credentials.');
  try {
    const claims = await assertionClaims(assertion, federation.keys);
    if (federation.issuer !== undefined && claims.iss !== federation.issuer) return noMatch('issuer', claims.iss);
    if (federation.subject !== undefined && claims.sub !== federation.subject) return noMatch('subject', claims.sub);
    return undefined;
  } catch (error) {
    return refusal(
      401,
      'invalid_client',
      `AADSTS700027: The client assertion is not valid: ${(error as Error).message}.`,
    );
  }
}

async function assertionClaims(assertion: string, keys: JSONWebKeySet | undefined): Promise<JWTPayload> {
  if (keys !== undefined) {
    const { payload } = await jwtVerify(assertion, createLocalJWKSet(keys), { audience: ASSERTION_AUDIENCE });
    return payload;
  }
  const payload = decodeJwt(assertion);
  if (![payload.aud].flat().includes(ASSERTION_AUDIENCE)) throw new Error('its audience is another');
  if ((payload.exp ?? 0) * 1000 <= Date.now()) throw new Error('it has expired');
  return payload;
}

const noMatch = (claim: string, value: string | undefined): TokenResponse =>
  refusal(
    401,
    'invalid_client',
    `AADSTS700213: No matching federated identity record found for presented assertion ${claim} '${value}'.`,
  );

function refusal(status: number, error: string, description: string): TokenResponse {
  return {
    status,
    body: {
      error,
      error_description: description,
      error_codes: [Number(/AADSTS(\d+)/.exec(description)?.[1] ?? 0)],
      timestamp: new Date().toISOString(),
      trace_id: randomUUID(),
      correlation_id: randomUUID(),
    },
  };
}
