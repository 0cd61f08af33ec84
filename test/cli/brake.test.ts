// How many namespaces may be touched at once without their number being said.
import { expect, it } from 'vitest';
import { brakeOf } from '../../src/cli/brake.ts';

it.each([
  [0, 3, undefined],
  [1, 5, undefined],
  [1, 4, 'more than 20 % of all 4 living ones'],
  [10, 50, undefined],
  [10, 49, 'more than 20 % of all 49 living ones'],
  [11, 1_000, 'more than 10 at once'],
])('%i of %i: %s', (touched, living, why) => {
  expect(brakeOf({ touched, living })?.why).toBe(why);
});
