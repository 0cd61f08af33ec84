// The status code of one GET to a server on loopback, for readiness. It must not grow into an HTTP client.
import { readFileSync } from 'node:fs';
import { get as getHttp, type RequestOptions } from 'node:http';
import { get as getHttps } from 'node:https';

/** Throws while nobody listens. */
export function httpStatus(url: string, access?: { caFile: string; token: string }): Promise<number> {
  return new Promise((resolve, reject) => {
    // One second: a server on this machine that needs longer for a probe is not ready.
    const options: RequestOptions = { timeout: 1_000, agent: false };
    const secure = access && {
      ...options,
      ca: readFileSync(access.caFile),
      headers: { authorization: `Bearer ${access.token}` },
    };
    const request = secure ? getHttps(url, secure) : getHttp(url, options);
    request.on('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on('timeout', () => request.destroy(new Error(`no answer from ${url} within 1 s`)));
    request.on('error', reject);
  });
}
