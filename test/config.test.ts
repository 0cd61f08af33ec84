import { describe, expect, it } from 'vitest';
import { logFormat, readConfig, trustedKeysAt } from '../src/config.ts';
import { NaasError, type Problem } from '../src/spec/errors.ts';

const REQUIRED = { NAAS_CATALOG: 'catalog', NAAS_TRUSTED_KEYS: 'jwks.json' };

function problemsOf(attempt: () => unknown): Problem[] {
  try {
    attempt();
  } catch (error) {
    if (error instanceof NaasError) return error.problems;
  }
  return [];
}

describe('the worker’s environment', () => {
  it('serves nothing that was not asked for', () => {
    expect(readConfig(REQUIRED)).toMatchObject({ healthAddress: undefined, metricsAddress: undefined });
    expect(logFormat(REQUIRED)).toBe('text');
  });

  it.each(['127.0.0.1:8081', '0.0.0.0:0', '[::1]:8081', '[::]:65535'])('listens on %s', (address) => {
    const config = readConfig({ ...REQUIRED, NAAS_HEALTH_ADDRESS: address, NAAS_METRICS_ADDRESS: address });
    expect(config).toMatchObject({ healthAddress: address, metricsAddress: address });
  });

  it.each(['8081', ':8081', 'localhost:8081', '::1:8081', '127.0.0.1', '127.0.0.1:65536', '[127.0.0.1]:80', ''])(
    'refuses to listen on "%s", and says what it expects',
    (address) => {
      expect(() => readConfig({ ...REQUIRED, NAAS_HEALTH_ADDRESS: address })).toThrow(
        /NAAS_HEALTH_ADDRESS: expected IP:port/,
      );
    },
  );

  it.each([
    ['jwks.json', { file: 'jwks.json' }],
    ['/etc/naas/jwks.json', { file: '/etc/naas/jwks.json' }],
    ['https://keys.example.com/jwks', { url: 'https://keys.example.com/jwks' }],
    ['http://localhost:8080/jwks', { url: 'http://localhost:8080/jwks' }],
    ['http://127.1:8080/jwks', { url: 'http://127.0.0.1:8080/jwks' }],
    ['http://[::1]/jwks', { url: 'http://[::1]/jwks' }],
  ])('finds the trusted keys at %s', (text, trustedKeys) => {
    expect(readConfig({ ...REQUIRED, NAAS_TRUSTED_KEYS: text })).toMatchObject({ trustedKeys });
  });

  it.each([
    ['http://keys.example.com/jwks', /http:\/\/ only on this machine/],
    ['http://localhost.example.com/jwks', /http:\/\/ only on this machine/],
    ['http://127.0.0.1.example.com/jwks', /http:\/\/ only on this machine/],
    ['http://10.0.0.1/jwks', /http:\/\/ only on this machine/],
    ['https://naas:secret@keys.example.com/jwks', /leave out user and password/],
    ['ftp://keys.example.com/jwks', /ftp:\/\/ cannot be asked/],
    ['file:///etc/naas/jwks.json', /file:\/\/ cannot be asked/],
    ['https://', /no address/],
    ['', /NAAS_TRUSTED_KEYS/],
  ])('refuses trusted keys at "%s", and says why', (text, why) => {
    const read = (): unknown => readConfig({ ...REQUIRED, NAAS_TRUSTED_KEYS: text });
    expect(read).toThrow(why);
    expect(() => trustedKeysAt(text)).toThrow(why);
    const [problem] = problemsOf(read);
    expect(problem).toMatchObject({ field: 'NAAS_TRUSTED_KEYS' });
    expect(JSON.stringify(problem)).not.toContain('secret');
  });

  it('needs no keys; whether they may be absent the catalog says', () => {
    expect(readConfig({ NAAS_CATALOG: 'catalog' }).trustedKeys).toBeUndefined();
  });

  it('tells of a wrong log format in the format that is left', () => {
    expect(logFormat({ NAAS_LOG_FORMAT: 'xml' })).toBe('text');
    expect(logFormat({ NAAS_LOG_FORMAT: 'json' })).toBe('json');
    expect(() => readConfig({ ...REQUIRED, NAAS_LOG_FORMAT: 'xml' })).toThrow(/NAAS_LOG_FORMAT/);
  });
});
