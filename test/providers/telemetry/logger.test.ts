import { describe, expect, it } from 'vitest';
import { createLogger, type LogFormat } from '../../../src/providers/telemetry/logger.ts';

const TOKEN = 'eyJhbGciOiJFZERTQSJ9.eyJzdWJqZWN0IjoiYWRhIn0.c2lnbmF0dXJl';

function logged(format: LogFormat, say: (logger: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = [];
  say(createLogger(format, (line) => lines.push(line)));
  return lines.join('');
}

const json = (message: string, meta?: Record<string, unknown>) =>
  JSON.parse(logged('json', (logger) => logger.warn(message, meta)));

describe('the log', () => {
  it('writes one JSON object a line, whatever stands in the message', () => {
    const text = logged('json', (logger) => {
      logger.info('two\nlines and a "quote"');
      logger.error('bad');
    });
    expect(text.split('\n')).toHaveLength(3);
    expect(JSON.parse(text.split('\n')[0] ?? '')).toEqual({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      level: 'info',
      message: 'two\nlines and a "quote"',
    });
  });

  it('leaves out what is below information', () => {
    expect(logged('json', (logger) => logger.debug('Activity started'))).toBe('');
  });

  it('calls namespace what people call so, and Temporal’s own by another name', () => {
    const meta = { namespace: 'default', workflowId: 'namespace:shop-cart-dev', workflowRunId: 'r1', attempt: 2 };
    expect(json('Activity failed', { ...meta, activityType: 'applyStage' })).toMatchObject({
      namespace: 'shop-cart-dev',
      workflowId: 'namespace:shop-cart-dev',
      runId: 'r1',
      temporalNamespace: 'default',
      activityType: 'applyStage',
      attempt: 2,
    });
    expect(json('x', { namespace: 'default', workflowId: 'preview:shop:1' })).not.toHaveProperty('namespace');
  });

  it('tells of an error its type, message, place and causes', () => {
    const error = Object.assign(new Error('apply of RoleBinding failed', { cause: new Error('connection reset') }), {
      type: 'Unavailable',
    });
    expect(json('Activity failed', { error }).error).toEqual({
      name: 'Error',
      type: 'Unavailable',
      message: 'apply of RoleBinding failed',
      stack: expect.stringContaining('logger.test.ts'),
      cause: 'connection reset',
    });
    expect(json('odd', { error: 'a string' }).error).toEqual({ message: 'a string' });
  });

  it.each<LogFormat>(['json', 'text'])('keeps credentials out of every part of a line (%s)', (format) => {
    const text = logged(format, (logger) =>
      logger.warn(`proof ${TOKEN}`, {
        header: 'Bearer abcdef123456',
        taskToken: 'CiQ0YjE',
        submission: { by: TOKEN },
        error: new Error(`refused ${TOKEN}`, { cause: new Error(`Authorization: Bearer abcdef123456`) }),
      }),
    );
    for (const secret of [TOKEN, 'abcdef123456', 'CiQ0YjE', 'submission']) expect(text).not.toContain(secret);
    expect(text).toContain('[redacted]');
  });

  it('lets no attribute take the place of time, level or message', () => {
    const line = json('real', { message: 'false', level: 'error', time: 'never' });
    expect(line).toMatchObject({ message: 'real', level: 'warn' });
    expect(line.time).not.toBe('never');
  });

  it('is one readable line for people, with the trace below it', () => {
    const meta = { workflowId: 'namespace:shop-cart-dev', error: new Error('no route') };
    const text = logged('text', (logger) => logger.error('Activity failed', meta));
    const [first, second] = text.split('\n');
    expect(first).toMatch(
      /^\S+Z .*ERROR.* Activity failed namespace=shop-cart-dev workflowId=namespace:shop-cart-dev$/,
    );
    expect(second).toBe('  Error: no route');
  });
});
