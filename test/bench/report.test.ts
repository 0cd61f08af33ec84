import { describe, expect, it } from 'vitest';
import { parseArguments, usage } from '../../bench/arguments.ts';
import type { Outcome, PartFigures } from '../../bench/figures.ts';
import { costOf } from '../../bench/history-cost.ts';
import { withFigures } from '../../bench/page.ts';
import { asJson, asMarkdown, asText } from '../../bench/report.ts';
import { judge, TARGETS } from '../../bench/targets.ts';

const INFO = { date: '2030-01-01', machine: '2 cores', quick: false, tookSeconds: 600, othersShare: 0.25 };

const outcome = (figures: PartFigures, seen: Record<string, string> = {}): Outcome => ({
  figures,
  seen,
  notMeasured: [{ part: 'teardown', reason: 'it took longer than 300 s' }],
});

const of = (key: string, found: Outcome) => judge(found).find((each) => each.key === key);

describe('a target', () => {
  it.each([
    [500, 'met'],
    [501, 'missed'],
  ])('of at most 500 is, at %s, %s', (replayMs, verdict) => {
    expect(of('replayMs', outcome({ replayMs }))?.verdict).toBe(verdict);
  });

  it.each([
    [8, 'met', false],
    [7.9, 'missed', false],
    [12, 'met', true],
  ])('of at least 8, aimed at 12, is at %s %s; aim reached: %s', (namespacesPerSecond, verdict, aimReached) => {
    const throughput = { namespacesPerSecond, vsRaw: 0.5, rawNamespacesPerSecond: 20 };
    expect(of('throughput.namespacesPerSecond', outcome({ throughput }))).toMatchObject({ verdict, aimReached });
  });

  it('that is missed names its bound, and what the run saw of it', () => {
    const missed = of('replayMs', outcome({ replayMs: 900 }, { replayMs: '1402 events' }));
    expect(missed?.why).toMatch(/workflow tasks.*\(1402 events\)$/);
    expect(of('replayMs', outcome({ replayMs: 9 }, { replayMs: '1402 events' }))?.why).toBeUndefined();
  });

  it('without a figure is not measured, never met', () => {
    expect(judge(outcome({})).map(({ verdict }) => verdict)).toEqual(TARGETS.map(() => 'not measured'));
  });
});

describe('the report', () => {
  it('as JSON has the same keys in every run, null where nothing was measured', () => {
    const object = JSON.parse(asJson(outcome({ noopWrites: 0 }), INFO));
    expect(object).toMatchObject({
      noopWrites: 0,
      requestToReady: null,
      teardown: null,
      memory: null,
      hostname: null,
      run: INFO,
    });
    expect(object).toHaveProperty('zoneLimit', null);
    expect(object.notMeasured).toEqual([{ part: 'teardown', reason: 'it took longer than 300 s' }]);
    expect(object.targets).toHaveLength(TARGETS.length);
  });

  it('as text says what was not measured and why, and how busy the machine was', () => {
    const text = asText(outcome({ replayMs: 900 }), INFO);
    expect(text).toContain('teardown: it took longer than 300 s');
    expect(text).toContain('other programs took 25 % of the cores');
    expect(text).toMatch(/replay of the longest history +900 ms +≤ 500 ms +missed/);
  });

  it('as Markdown takes the place of the figures in a page and leaves the words alone', () => {
    const page = 'Words.\n<!-- figures: npm run bench -- --update-docs -->\nold\n<!-- end of figures -->\nMore.\n';
    const markdown = asMarkdown(outcome({ replayMs: 90 }), INFO);
    const fresh = withFigures(page, markdown);
    expect(fresh).toContain('| replay of the longest history | 90 ms | ≤ 500 ms | met |');
    expect(fresh.startsWith('Words.\n')).toBe(true);
    expect(fresh.endsWith('\nMore.\n')).toBe(true);
    expect(fresh).not.toContain('old');
    expect(withFigures(fresh, markdown)).toBe(fresh);
    expect(() => withFigures('Words.', markdown)).toThrow('no place for figures');
  });
});

describe('the cost of a history', () => {
  it('counts actions as they are billed: a child twice, workflow tasks never', () => {
    const events = [
      { workflowExecutionStartedEventAttributes: {} },
      { workflowTaskScheduledEventAttributes: {} },
      { workflowTaskCompletedEventAttributes: {} },
      { workflowExecutionUpdateAcceptedEventAttributes: {} },
      { activityTaskScheduledEventAttributes: {}, timerStartedEventAttributes: null },
      { activityTaskCompletedEventAttributes: {} },
      { upsertWorkflowSearchAttributesEventAttributes: {} },
      { startChildWorkflowExecutionInitiatedEventAttributes: {} },
    ];
    expect(costOf(events)).toEqual({ workflowTasks: 1, activities: 1, events: 8, actions: 6 });
  });
});

describe('the command line', () => {
  const parts = ['replay', 'memory'];

  it('measures everything and prints text unless told otherwise', () => {
    expect(parseArguments([], parts)).toEqual({
      help: false,
      form: 'text',
      updateDocs: false,
      quick: false,
      only: [],
    });
  });

  it('takes parts by name, and refuses a name that there is not', () => {
    expect(parseArguments(['--only', 'replay,memory', '--json'], parts)).toMatchObject({ only: parts, form: 'json' });
    expect(() => parseArguments(['--only', 'replays'], parts)).toThrow('no part is called replays');
    expect(() => parseArguments(['--json', '--markdown'], parts)).toThrow('give one');
    expect(() => parseArguments(['--slow'], parts)).toThrow('--slow');
  });

  it('explains each part, and every exit code', () => {
    const text = usage([{ name: 'replay', what: 'replays a history' }]);
    expect(text).toMatch(/replay +replays a history/);
    expect(text).toContain('Exit code: 0');
  });
});
