import { describe, expect, it } from 'vitest';
import { logFormat, readConfig } from '../src/config.ts';

const REQUIRED = { NAAS_CATALOG: 'catalog', NAAS_TRUSTED_KEYS: 'jwks.json' };

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

  it('tells of a wrong log format in the format that is left', () => {
    expect(logFormat({ NAAS_LOG_FORMAT: 'xml' })).toBe('text');
    expect(logFormat({ NAAS_LOG_FORMAT: 'json' })).toBe('json');
    expect(() => readConfig({ ...REQUIRED, NAAS_LOG_FORMAT: 'xml' })).toThrow(/NAAS_LOG_FORMAT/);
  });
});
