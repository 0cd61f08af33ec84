// The errors of the emulated service, worded as the real one words them. What Azure Resource Manager itself refuses comes
// inside `error`; what the DNS provider behind it refuses comes flat. It decides nothing.

export class ArmError extends Error {
  override name = 'ArmError';
  readonly status: number;
  readonly code: string;
  readonly shape: 'wrapped' | 'flat';
  readonly headers: Record<string, string>;

  constructor(
    status: number,
    code: string,
    message: string,
    options: { shape: 'wrapped' | 'flat'; headers?: Record<string, string> },
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.shape = options.shape;
    this.headers = options.headers ?? {};
  }

  body(): string {
    const error = { code: this.code, message: this.message };
    return JSON.stringify(this.shape === 'flat' ? error : { error });
  }
}

const flat = (status: number, code: string, message: string): ArmError =>
  new ArmError(status, code, message, { shape: 'flat' });

const wrapped = (status: number, code: string, message: string, headers: Record<string, string> = {}): ArmError =>
  new ArmError(status, code, message, { shape: 'wrapped', headers });

/** What the caller sent is not acceptable to the DNS provider. */
export const badRequest = (message: string): ArmError => flat(400, 'BadRequest', message);

export const invalidDomainName = (name: string): ArmError => badRequest(`The domain name '${name}' is invalid.`);

export const conflict = (message: string): ArmError => flat(409, 'Conflict', message);

export const existsAlready = (kind: 'Record set' | 'Zone', name: string): ArmError =>
  flat(412, 'PreconditionFailed', `The ${kind} ${name} exists already and hence cannot be created again.`);

export const wasModified = (kind: 'Record set' | 'Zone', name: string): ArmError =>
  flat(412, 'PreconditionFailed', `The ${kind} ${name} has been modified (etag mismatch).`);

export const recordSetNotFound = (name: string, resourceGroup: string, subscription: string): ArmError =>
  flat(
    404,
    'NotFound',
    `The resource record '${name}' does not exist in resource group '${resourceGroup}' of subscription '${subscription}'.`,
  );

export const zoneNotFound = (zone: string, resourceGroup: string): ArmError =>
  wrapped(
    404,
    'ResourceNotFound',
    `The Resource 'Microsoft.Network/dnszones/${zone}' under resource group '${resourceGroup}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
  );

export const parentNotFound = (verb: 'read' | 'write' | 'delete', type: string, zoneId: string): ArmError =>
  verb === 'write'
    ? wrapped(
        404,
        'ParentResourceNotFound',
        `Failed to perform 'write' on resource(s) of type 'dnszones/${type}', because the parent resource '${zoneId}' could not be found.`,
      )
    : wrapped(
        404,
        'ParentResourceNotFound',
        `Can not perform requested operation on nested resource. Parent resource '${zoneId.split('/').at(-1)}' not found.`,
      );

export const resourceGroupNotFound = (name: string): ArmError =>
  wrapped(404, 'ResourceGroupNotFound', `Resource group '${name}' could not be found.`);

export const subscriptionNotFound = (id: string): ArmError =>
  wrapped(404, 'SubscriptionNotFound', `The subscription '${id}' could not be found.`);

export const noSuchResource = (path: string): ArmError =>
  wrapped(404, 'InvalidResourceType', `The resource type could not be found for the path '${path}'.`);

export const methodNotAllowed = (method: string): ArmError =>
  wrapped(405, 'HttpMethodNotAllowed', `The requested resource does not support http method '${method}'.`);

export const invalidContent = (why: string): ArmError =>
  wrapped(400, 'InvalidRequestContent', `The request content was invalid and could not be deserialized: '${why}'.`);

export const missingApiVersion = (): ArmError =>
  wrapped(
    400,
    'MissingApiVersionParameter',
    'The api-version query parameter (?api-version=) is required for all requests.',
  );

export const unknownApiVersion = (version: string): ArmError =>
  wrapped(
    400,
    'NoRegisteredProviderFound',
    `No registered resource provider found for location 'global' and API version '${version}' for type 'dnszones'. The supported api-versions are '2018-05-01'. The supported locations are 'global'.`,
  );

export const locationRequired = (): ArmError =>
  wrapped(400, 'LocationRequired', 'The location property is required for this definition.');

export const locationNotAvailable = (location: string): ArmError =>
  wrapped(
    400,
    'LocationNotAvailableForResourceType',
    `The provided location '${location}' is not available for resource type 'Microsoft.Network/dnszones'. List of available regions for the resource type is 'global'.`,
  );

export const notAuthenticated = (code: string, message: string, authority: string): ArmError =>
  wrapped(401, code, message, {
    'WWW-Authenticate': `Bearer authorization_uri="${authority}", error="invalid_token", error_description="${message}"`,
  });

export const forbidden = (action: string): ArmError =>
  wrapped(403, 'AuthorizationFailed', `The client does not have authorization to perform action '${action}'.`);

export const throttled = (action: string, limit: number, retryAfterSeconds: number | undefined): ArmError =>
  wrapped(
    429,
    'ResourceRequestsThrottled',
    `Number of requests for action '${action}' exceeded the limit of '${limit}' for time interval '00:01:00'. Please try again after '${retryAfterSeconds ?? 'some'}' seconds.`,
    retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) },
  );

export const internalError = (): ArmError =>
  flat(500, 'InternalServerError', 'The server encountered an internal error. Please retry the request.');

export const unavailable = (retryAfterSeconds: number | undefined): ArmError =>
  wrapped(
    503,
    'ServerUnavailable',
    'The service is temporarily unable to process the request.',
    retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) },
  );
