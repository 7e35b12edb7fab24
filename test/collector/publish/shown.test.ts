import { expect, test } from 'vitest';
import { shownOf } from '../../attacks/simulation/shown.js';

/* The target of the design: few users opt in, and their numbers must still be shown (npm run simulate -- --shown 50). */
test.each([
  [5, 0.4, 0.4],
  [10, 0.85, 0.85],
  [20, 0.97, 0.97],
])(
  'of %i installs, at least %f of the calls are shown, and %f of the failures with their rate',
  {
    timeout: 120_000,
  },
  (installs, calls, failures) => {
    const shown = shownOf(installs, 4, 1);
    expect(shown.get('calls')).toBeGreaterThanOrEqual(calls);
    expect(shown.get('failures')).toBeGreaterThanOrEqual(failures);
    for (const [, share] of shown) expect(share).toBeLessThanOrEqual(1); // nothing is counted twice
  },
);
